"""Does the real Envoy take what is printed for it, and do with it what no other proxy is asked to do?"""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, Settings
from tests.dialects.snippets import policies as p
from tests.tls.authority import Authority, write_trust
from tests.wire import lab_issuer
from tests.wire.components import Component, locate, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.envoy import Envoy
from tests.wire.fronts import printed_snippet
from tests.wire.processes import Command, free_port
from tests.wire.raw_client import bearer, exchange, send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, EVERYWHERE, HOST, configuration

pytestmark = pytest.mark.wire

POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
UPGRADE = f"GET /v1/feed HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
PERMIT = Reply(headers=(("Authorization", "Bearer ours"), ("X-Auth-Subject", "lab:alice")))


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> None:
    record(request.node, "envoy", version(Component.ENVOY))


@contextmanager
def _asking(
    gateway: RecordingServer, policy: dict[str, Any], backend: RecordingServer, directory: Path
) -> Iterator[Envoy]:
    """Envoy with its snippet, which asks a stub."""
    file = directory / "gateway.yaml"
    file.write_text(json.dumps(configuration(policy, None, lab_issuer.write_keys(directory / "keys"))))
    listen = free_port()
    snippet = printed_snippet("envoy", file, gateway=gateway.port, backend=backend.port, listen=listen)
    with Envoy(snippet, directory / "proxy", port=listen) as envoy:
        yield envoy


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_envoy_accepts_it(policy: Policy, scheme: str, tmp_path: Path) -> None:
    settings = Settings(gateway=f"{scheme}://127.0.0.1:4180", backend=f"{scheme}://localhost:8080")
    file = tmp_path / "envoy.yaml"
    file.write_text(SNIPPETS["envoy"](policy, settings))
    write_trust(tmp_path, Authority())
    command: Command = [locate(Component.ENVOY), "--mode", "validate", "-c", file]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    said = [line for line in ran.stderr.splitlines() if "][warning]" in line or "deprecated" in line.lower()]
    assert said == []


def test_nothing_of_the_answer_but_our_headers_gets_into_the_request(
    backend: EchoBackend, tmp_path: Path
) -> None:
    more = (
        ("X-Other", "1"),
        ("Cookie", 'left="%41,{}"; b=2'),
        ("X-Envoy-Auth-Headers-To-Remove", "x-auth-scopes"),
    )
    with (
        RecordingServer(lambda _: Reply(headers=(*PERMIT.headers, *more))) as gateway,
        _asking(gateway, EVERYWHERE, backend, tmp_path) as envoy,
    ):
        pairs = [("X-Auth-Scopes", "admin"), ("X-Api-Token", "secret"), ("Cookie", "api_token=secret")]
        assert send(envoy.port, "/v1/orders", pairs).status == 200
    (seen,) = backend.requests
    assert (seen.only("Authorization"), seen.only("X-Auth-Subject")) == ("Bearer ours", "lab:alice")
    assert seen.only("Cookie") == 'left="%41,{}"; b=2'
    assert [name for name in ("X-Other", "X-Auth-Scopes", "X-Api-Token") if seen.values(name)] == []
    assert "secret" not in seen.text()


def test_several_cookie_headers_are_one_before_they_are_judged(backend: EchoBackend, tmp_path: Path) -> None:
    """Behind a comma a token would hide in the value of another cookie."""
    with (
        RecordingServer(lambda _: PERMIT) as gateway,
        _asking(gateway, EVERYWHERE, backend, tmp_path) as envoy,
    ):
        assert send(envoy.port, "/v1/orders", [("Cookie", "a=1"), ("Cookie", "api_token=t")]).status == 200
        (asked,) = gateway.requests
    assert asked.only("Cookie") == "a=1; api_token=t"
    assert backend.requests[0].values("Cookie") == []


@pytest.mark.parametrize(
    "framing", ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
def test_a_body_is_the_backends_alone(
    framing: str, expect: str, backend: EchoBackend, tmp_path: Path
) -> None:
    with (
        RecordingServer(lambda _: PERMIT) as gateway,
        _asking(gateway, BEARER, backend, tmp_path) as envoy,
    ):
        head = f"POST /v1/orders HTTP/1.1\r\nHost: {HOST}\r\n{expect}"
        (answer,) = exchange(envoy.port, f"{head}Connection: close\r\n{framing}".encode())
        assert answer.status == (100 if expect else 200)
        (asked,) = gateway.requests
    assert (asked.values("Content-Length"), asked.values("Transfer-Encoding")) == (["0"], [])
    assert asked.body == b""


def test_the_connection_to_the_gateway_is_kept(backend: EchoBackend, tmp_path: Path) -> None:
    with (
        RecordingServer(lambda _: PERMIT) as gateway,
        _asking(gateway, BEARER, backend, tmp_path) as envoy,
    ):
        for method in ("GET", "POST", "HEAD", "GET"):
            assert send(envoy.port, "/v1/orders", method=method).status == 200
        assert (len(gateway.requests), gateway.connections) == (4, 1)


def test_what_follows_an_upgrade_that_the_backend_does_not_take_up_is_no_request(tmp_path: Path) -> None:
    """It was never judged: it must not come to a backend that goes on to read HTTP."""
    behind = f"GET /admin HTTP/1.1\r\nHost: {HOST}\r\nX-Auth-Subject: root\r\n\r\n"
    with (
        RecordingServer(lambda _: Reply()) as backend,
        RecordingServer(lambda _: PERMIT) as gateway,
        _asking(gateway, BEARER, backend, tmp_path) as envoy,
        socket.create_connection(("127.0.0.1", envoy.port), timeout=10) as connection,
    ):
        connection.sendall((UPGRADE + behind).encode())
        received = b""
        while part := connection.recv(65536):  # to the end: nothing is left on its way
            received += part
        assert received.count(b"HTTP/1.1 200 OK") == 1
        assert [seen.start_line for seen in backend.requests] == ["GET /v1/feed HTTP/1.1"]


def test_the_access_log_tells_of_every_request_and_of_no_query(tmp_path: Path) -> None:
    """Also of those that the backend does not answer."""
    secret = str(uuid4())
    with (
        RecordingServer(lambda _: PERMIT) as gateway,
        RecordingServer(lambda _: Reply()) as backend,
        _asking(gateway, BEARER, backend, tmp_path) as envoy,
    ):
        pairs = [("X-Envoy-Original-Path", f"/forged?{secret}"), ("X-Other", secret), bearer(secret)]
        assert send(envoy.port, f"/v1/orders?key={secret}", pairs).status == 200
        backend.stop()
        assert send(envoy.port, f"/healthz?key={secret}", pairs).status == 503
        log = envoy.program.stdout
        envoy.program.wait_for(lambda: log.read_text().count("\n") == 2, "its access log")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        told = [(line["method"], line["path"], line["status"]) for line in lines]
        assert told == [("GET", "/v1/orders", 200), ("GET", "/healthz", 503)]
        assert secret not in envoy.program.written()
