"""What do the tests of the API server's client get ready-made?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kubernetes.stand_in import StandIn


@pytest.fixture
def api(tmp_path: Path) -> Iterator[StandIn]:
    """An API server that stands in for a real one."""
    with StandIn(tmp_path).running() as running:
        yield running
