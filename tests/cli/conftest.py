"""What do the tests of commands get ready-made?"""

from pathlib import Path

import pytest

from tests.cli.configuration import Run, configuration, runner, write


@pytest.fixture
def gateway(capfd: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process."""
    return runner(capfd)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file."""
    return write(tmp_path, configuration())
