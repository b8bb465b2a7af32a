"""Does a body of any size pass, both ways, and leave the gateway's memory as it was?

`STREAM_MIB=10240` in the environment streams ten gibibytes instead of half of one.
"""

import os
from typing import Final

import pytest

from tests.edge.asking import fresh
from tests.edge.backends import STATIC_BYTES, Backend
from tests.edge.streams import MIB, digest_of, download, memory, peak_memory, upload
from tests.wire.components import Component, version
from tests.wire.gateway_process import GatewayProcess
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

LARGE: Final = 32 * MIB
GIB: Final = 1024 * MIB
LONG: Final = int(os.environ.get("STREAM_MIB", "512")) * MIB
FLAT: Final = 24 * MIB
"""What a gateway may have more while it streams: buffers of two connections, and an allocator's slack."""


@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "chunked"])
def test_what_is_uploaded_arrives(gateway: GatewayProcess, backend: Backend, chunked: bool) -> None:  # noqa: FBT001
    target = fresh()
    answer = upload(gateway.edge_port, backend.kind, target, LARGE, chunked=chunked)
    assert answer.status == 200
    seen = backend.only(target)
    assert (seen.size, seen.digest) == (LARGE, digest_of(LARGE))


@pytest.mark.parametrize("framing", ["s", ""], ids=["sized", "chunked"])
def test_what_is_downloaded_arrives(gateway: GatewayProcess, backend: Backend, framing: str) -> None:
    if backend.kind == "nginx":
        assert download(gateway.edge_port, "nginx", "/v1/static") == (STATIC_BYTES, digest_of(STATIC_BYTES))
    else:
        target = f"/v1/bytes/{LARGE}{framing}"
        assert download(gateway.edge_port, backend.kind, target) == (LARGE, digest_of(LARGE))


@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "chunked"])
def test_a_gibibyte_is_uploaded_in_no_memory(
    request: pytest.FixtureRequest,
    gateway: GatewayProcess,
    backends: dict[str, Backend],
    chunked: bool,  # noqa: FBT001
) -> None:
    record(request.node, "go", version(Component.GO))
    target, before = fresh(), memory(gateway.program.pid)
    assert upload(gateway.edge_port, "go", target, GIB, chunked=chunked).status == 200
    seen = backends["go"].only(target)
    assert (seen.size, seen.digest) == (GIB, digest_of(GIB))
    assert peak_memory(gateway.program.pid) - before < FLAT


@pytest.mark.parametrize("framing", ["s", ""], ids=["sized", "chunked"])
def test_a_long_download_takes_no_memory(
    request: pytest.FixtureRequest, gateway: GatewayProcess, backends: dict[str, Backend], framing: str
) -> None:
    record(request.node, "go", version(Component.GO))
    before = memory(gateway.program.pid)
    assert download(gateway.edge_port, "go", f"/v1/bytes/{LONG}{framing}") == (LONG, digest_of(LONG))
    assert peak_memory(gateway.program.pid) - before < FLAT
