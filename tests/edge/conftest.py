"""Which parts does a test at the edge get ready-made? A gateway before every real server, once for a file."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.edge.backends import KINDS, Backend, opened
from tests.edge.recorder import Recorder
from tests.edge.stack import edge_before
from tests.wire.gateway_process import GatewayProcess
from tests.wire.what_ran import record

Backends = dict[str, Backend]


@pytest.fixture(scope="module")
def backends(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """Each kind, or those that the file names in `KINDS`, where `raw` is one that keeps every byte."""
    kinds = getattr(request.module, "KINDS", KINDS)
    folder = tmp_path_factory.mktemp("backends")
    with ExitStack() as stack:
        yield {
            kind: stack.enter_context(Recorder() if kind == "raw" else opened(kind, folder / kind))
            for kind in kinds
        }


@pytest.fixture(scope="module")
def gateway(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """`gateway serve`, with a policy for each of them."""
    ports = {kind: backend.port for kind, backend in backends.items()}
    with edge_before(tmp_path_factory.mktemp("gateway"), ports) as running:
        yield running


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest, backends: Backends) -> Backend:
    """Each kind in turn."""
    found: Backend = backends[request.param]
    _record(request, found)
    return found


@pytest.fixture
def all_of_them(request: pytest.FixtureRequest, backends: Backends) -> None:
    """Whoever asks every server says by this that it has."""
    for one in backends.values():
        _record(request, one)


# --- private ---


def _record(request: pytest.FixtureRequest, backend: Backend) -> None:
    if backend.ran is not None:
        record(request.node, *backend.ran)
