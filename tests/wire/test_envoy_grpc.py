"""What is there only where Envoy asks over gRPC: workers that share its calls, HTTP/2 clients, strangers?

What it has in common with every other proxy is tested with them (`tests.wire.fronts`).
"""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from gateway.server.grpc.call import CHECK
from gateway.server.grpc.protos.check_pb2 import CheckResponse
from tests.wire.components import Component, version
from tests.wire.envoy_scene import Scene, assert_replaced, scene
from tests.wire.processes import wait_until
from tests.wire.raw_client import bearer
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, HOST, SECRET

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest) -> None:
    record(request.node, Component.ENVOY.value, version(Component.ENVOY))


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(BEARER, tmp_path_factory.mktemp("envoy-grpc")) as running:
        yield running


@pytest.fixture
def behind(_running: Scene) -> Scene:
    """Under the usual policy, started once for the file."""
    _running.backend.requests.clear()
    return _running


def literal(text: bytes) -> bytes:
    """RFC 7541 section 5.2, without Huffman."""
    size = len(text)
    if size < 127:
        return bytes([size]) + text
    size -= 127
    octets = [127]
    while size >= 128:
        octets.append(size % 128 + 128)
        size //= 128
    return bytes([*octets, size]) + text


def send_http2(port: int, *pairs: tuple[str, str]) -> None:
    """One request in HTTP/2 without TLS, headers exactly so; until Envoy has begun to answer it."""
    block = b"".join(b"\0" + literal(name.encode()) + literal(value.encode()) for name, value in pairs)
    head = len(block).to_bytes(3, "big") + b"\x01\x05" + (1).to_bytes(4, "big")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5) + head + block)
        with connection.makefile("rb") as stream:
            while (frame := stream.read(9)) and (frame[3], frame[8]) != (1, 1):
                stream.read(int.from_bytes(frame[:3], "big"))


def test_a_client_that_speaks_http_2_cannot_say_more(behind: Scene) -> None:
    token = behind.token()
    usual = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/v1/orders")]
    send_http2(
        behind.port, *usual, ("authorization", f"Bearer {token}"), ("cookie", "a=1"), ("cookie", "b=2")
    )
    assert behind.gateway.records()[-1]["url.scheme"] == "http"  # what Envoy saw
    assert_replaced(behind, token, behind.seen())
    send_http2(behind.port, *usual, *[("authorization", f"Bearer {token}")] * 2)
    assert behind.reason in {"credential_malformed", "credential_ambiguous"}
    assert behind.backend.requests == []


def test_all_calls_share_one_connection(behind: Scene) -> None:
    for _ in range(20):
        assert behind.send("/healthz").status == 200
    established = "01"
    tables = [Path("/proc/net") / name for name in ("tcp", "tcp6")]  # gRPC listens on ::ffff:127.0.0.1
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    port = f":{behind.gateway.grpc_port:04X}"
    assert len([row for row in rows if row[1].endswith(port) and row[3] == established]) == 1


def test_envoy_says_its_secret_in_the_metadata(tmp_path: Path) -> None:
    with scene(SECRET, tmp_path, workers=2) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token), ("X-Token-Gateway-Caller", "guess")).status == 200
        seen = behind.seen()
        assert seen.values("x-token-gateway-caller") == []
        assert_replaced(behind, token, seen)


def test_a_reload_is_heeded_and_the_address_stays(tmp_path: Path) -> None:
    with scene(BEARER, tmp_path, workers=2) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token)).status == 200
        config = json.loads(behind.gateway.file.read_text())
        config["policies"]["other"] = config["policies"].pop("orders")
        behind.gateway.write(config)
        behind.gateway.program.send(signal.SIGHUP)
        wait_until(lambda: behind.send("/v1/orders", bearer(token)).status == 403, lambda: "still allowed")
        # Of two workers the counts come late, and `records` cannot know how many lines to wait for.
        wait_until(
            lambda: "policy_unknown" in {one.get("event.reason") for one in behind.gateway.records()},
            lambda: "no record of the refusal",
        )


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL])
def test_no_answer_is_no_permit(tmp_path: Path, how: signal.Signals) -> None:
    with scene(BEARER, tmp_path) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token)).status == 200
        behind.backend.requests.clear()
        behind.gateway.program.send(how)
        if how is not signal.SIGSTOP:
            behind.gateway.program.stop()
        try:
            for _ in range(2):
                answer = behind.send("/v1/orders", bearer(token))
                assert (answer.status, answer.body) == (503, b"")
            assert behind.backend.requests == []
        finally:
            if how is signal.SIGSTOP:
                behind.gateway.program.send(signal.SIGCONT)


@contextmanager
def permitting_everything() -> Iterator[int]:
    """Another authorizer, that says yes to everybody and changes nothing."""
    yes = CheckResponse()
    yes.status.SetInParent()
    handler = grpc.unary_unary_rpc_method_handler(lambda *_: yes.SerializeToString())
    service, method = CHECK.decode().strip("/").split("/")
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {method: handler})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(0).wait()


def test_who_takes_the_gateways_place_has_its_say(tmp_path: Path) -> None:
    """As docs/proxies.md says; over TLS a stranger is not asked (test_caller_certificates)."""
    with permitting_everything() as port, scene(BEARER, tmp_path, asks=port) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token), ("X-Original-URL", "/x")).status == 200
        seen = behind.seen()
        assert seen.values("Authorization") == [f"Bearer {token}"]
        assert seen.values("X-Original-URL") == []
