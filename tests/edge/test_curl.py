"""Does curl get through the edge from each real server what it gets from the server itself?"""

import json
import random
from hashlib import sha256
from pathlib import Path

import pytest

from tests.edge.asking import fresh
from tests.edge.backends import Backend
from tests.edge.curl import curl
from tests.edge.raw_request import converse, request
from tests.server.edge.edged import answers
from tests.wire.components import Component, version
from tests.wire.gateway_process import GatewayProcess
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

CONTENT = random.Random(5).randbytes(300_000)
STATUS = ("-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}")


@pytest.fixture(autouse=True)
def _client(request: pytest.FixtureRequest) -> None:
    record(request.node, "curl", version(Component.CURL))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    file = tmp_path / "content"
    file.write_bytes(CONTENT)
    return file


def said(octets: bytes) -> tuple[str, int, str]:
    seen = json.loads(octets)
    return seen["method"], seen["size"], seen["digest"]


@pytest.mark.parametrize("option", ["--http1.0", "--http1.1"])
def test_any_version_is_answered_in_ours(gateway: GatewayProcess, backend: Backend, option: str) -> None:
    target = fresh()
    stated = curl(gateway.edge_port, backend.kind, target, option, *STATUS).decode()
    assert stated.startswith("1.1 200 ")
    backend.only(target)
    if option == "--http1.0":  # which knows no chunks, and no connection that stays
        head = curl(gateway.edge_port, backend.kind, fresh(), option, "-D", "-", "-o", "/dev/null").lower()
        assert b"transfer-encoding" not in head
        assert b"connection: close" in head


def test_head_has_the_head_alone(gateway: GatewayProcess, backend: Backend) -> None:
    head = curl(gateway.edge_port, backend.kind, fresh(), "--head").lower()
    assert head.startswith(b"http/1.1 200 ")
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "options",
    [
        *(["-H", "Expect: 100-continue"], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]),
        *(["-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue"], ["--http1.0"], ["-X", "PUT"]),
    ],
    ids=" ".join,
)
def test_what_is_uploaded_arrives(
    gateway: GatewayProcess, backend: Backend, options: list[str], content: Path
) -> None:
    target = fresh()
    got = curl(gateway.edge_port, backend.kind, target, *options, "--data-binary", f"@{content}")
    method = "PUT" if "PUT" in options else "POST"
    assert said(got) == (method, len(CONTENT), sha256(CONTENT).hexdigest())
    assert backend.only(target).values("expect") == []


def test_nothing_is_a_body_as_well(gateway: GatewayProcess, backend: Backend) -> None:
    for options in (
        ["-X", "POST"],
        ["--data", ""],
        ["-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", "-"],
    ):
        got = curl(gateway.edge_port, backend.kind, fresh(), *options)
        assert said(got) == ("POST", 0, sha256().hexdigest())


def test_requests_after_each_other_share_a_connection(gateway: GatewayProcess, backend: Backend) -> None:
    url = f"http://127.0.0.1:{gateway.edge_port}{fresh()}"
    stated = curl(
        gateway.edge_port,
        backend.kind,
        fresh(),
        "-o",
        "/dev/null",
        url,
        "-o",
        "/dev/null",
        "-w",
        "%{num_connects}",
    )
    assert stated == b"10"


def test_trailers_end_at_the_edge(gateway: GatewayProcess, backend: Backend) -> None:
    """RFC 9110 section 6.5.1: an intermediary may drop them, and nobody has judged them."""
    target = fresh()
    body = b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nAuthorization: Bearer x\r\nX-Auth-Subject: admin\r\n\r\n"
    headers = (b"Transfer-Encoding: chunked", b"Trailer: X-Sum", b"TE: trailers", b"Connection: close, TE")
    wire = request(backend.kind, f"POST {target} HTTP/1.1".encode(), *headers, body=body)
    (answer,) = answers(converse(gateway.edge_port, wire))
    assert (answer.status, said(answer.body)[1]) == (200, 5)
    seen = backend.only(target)
    assert seen.trailers == []
    assert {"x-sum", "trailer", "te"} & set(seen.names) == set()
    assert seen.values("x-auth-subject") == ["corp:alice"]


def test_pipelined_requests_get_their_answers_in_order(gateway: GatewayProcess, backend: Backend) -> None:
    targets = [fresh() for _ in range(8)]
    wires = [request(backend.kind, f"GET {target} HTTP/1.1".encode()) for target in targets[:-1]]
    last = request(backend.kind, f"GET {targets[-1]} HTTP/1.1".encode(), b"Connection: close")
    came = answers(converse(gateway.edge_port, b"".join((*wires, last))))
    assert [json.loads(answer.body)["target"] for answer in came] == targets
