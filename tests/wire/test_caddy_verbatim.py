"""Which of Caddy's own ways could undo the printed snippet: its log, its placeholders, its formatter?"""

import os
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets.caddy import snippet
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p
from tests.tls.authority import Authority, write_trust
from tests.wire.backend_view import assert_nobody
from tests.wire.components import Component, locate, version
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import Command
from tests.wire.raw_client import bearer
from tests.wire.stand import Stand, opened_gateway, opened_stand
from tests.wire.what_ran import record
from tests.wire.worlds import EVERYWHERE

pytestmark = pytest.mark.wire
POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
PLACES = {
    "port": Settings(listen="8000"),
    "address": Settings(listen="127.0.0.1:8000"),
    "ipv6": Settings(listen="[::1]:8000"),
    "tls": Settings(gateway="https://gateway.example:8443", backend="https://backend.example"),
}


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> None:
    record(request.node, "caddy", version(Component.CADDY))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with opened_gateway(EVERYWHERE, None, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def stand(gateway: GatewayProcess, tmp_path: Path) -> Iterator[Stand]:
    """A proxy and a backend of the test's own."""
    with opened_stand(Front.CADDY, gateway, None, tmp_path) as running:
        yield running


def _caddy(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(directory))
    command: Command = [locate(Component.CADDY), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=directory,
        env={**os.environ, **homes},
    )


@pytest.mark.parametrize("settings", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_caddy_accepts_it_without_a_warning(policy: Policy, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(snippet(policy, settings))
    write_trust(tmp_path, Authority())
    ran = _caddy(tmp_path, "validate", "--adapter", "caddyfile", "--config", str(file))
    assert ran.returncode == 0, ran.stderr
    assert '"level":"warn"' not in ran.stderr


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_it_is_in_caddys_own_format(policy: Policy, tmp_path: Path) -> None:
    """Who runs `caddy fmt --overwrite` on it gets the same file, and not one that means something else."""
    file = tmp_path / "Caddyfile"
    file.write_text(snippet(policy, Settings()))
    assert _caddy(tmp_path, "fmt", str(file)).stdout == file.read_text()


def test_a_backend_that_is_down_is_its_own_failure_and_nothing_is_logged(stand: Stand) -> None:
    stand.backend.stop()
    for where in ("Authorization", "X-Api-Token", "Cookie"):
        token = stand.lab_token()
        value = {"Authorization": f"Bearer {token}", "Cookie": f"api_token={token}"}.get(where, token)
        answer = stand.send(f"/v1/orders?key={uuid4()}", [(where, value)])
        assert answer.status == 502
    stand.proxy.wait_for(lambda: '"status":502' in stand.proxy.written(), "its log")


def test_the_gateway_is_asked_on_one_connection(stand: Stand) -> None:
    for _ in range(5):
        assert stand.send(token=stand.lab_token()).status == 200
    assert stand.gateway.connections() == 1


def test_no_value_of_a_client_is_a_placeholder(stand: Stand) -> None:
    text = "{env.HOME}{http.request.uri}{http.reverse_proxy.header.Authorization}"
    pairs = [("Cookie", f"a={text}"), ("X-Note", text), bearer(stand.lab_token())]
    assert stand.send(f"/v1/orders?a={text[:10]}", pairs).status == 200
    seen = stand.seen()
    assert seen.start_line == f"GET /v1/orders?a={text[:10]} HTTP/1.1"
    assert (seen.only("Cookie"), seen.only("X-Note")) == (f"a={text}", text)


def test_an_upgrade_needs_both_headers(stand: Stand) -> None:
    """One of them alone is a plain request (RFC 9110 7.8), for the backend as for the client."""
    for pair in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
        lines = [f"{name}: {value}" for name, value in (pair, bearer(stand.lab_token()))]
        head = ["GET /v1/feed HTTP/1.1", "Host: api.example.com", *lines, "", ""]
        answer = stand.send_raw("\r\n".join(head).encode())
        assert answer is not None
        assert answer.status == 200
        seen = stand.seen()
        assert seen.values("Upgrade") + seen.values("Connection") == []


@pytest.mark.parametrize("hidden", ["X-Auth_Subject", "X-Auth-Subject", "X-Http-Method-Override", "Cookie"])
def test_connection_hides_nothing_from_the_gateway(stand: Stand, hidden: str) -> None:
    lines = [f"{hidden}: api_token=a.b.c", f"Connection: close, {hidden}"]
    head = ["GET /healthz HTTP/1.1", "Host: api.example.com", *lines, "", ""]
    answer = stand.send_raw("\r\n".join(head).encode())
    assert answer is not None
    if answer.status == 200:
        seen = stand.seen()
        assert_nobody(seen)
        assert "a.b.c" not in seen.text()
    stand.assert_unseen()


def test_a_trailer_does_not_reach_the_backend(stand: Stand) -> None:
    """The echo backend reads trailers away: this one keeps every octet."""
    stand.backend.stop()
    token = stand.lab_token(scope="orders:write")
    lines = [f"Authorization: Bearer {token}", "Trailer: X-Auth-Subject", "Connection: close"]
    head = ["POST /v1/orders HTTP/1.1", "Host: api.example.com", "Transfer-Encoding: chunked", *lines, "", ""]
    body = "2\r\nab\r\n0\r\nX-Auth-Subject: root\r\n\r\n"
    with socket.create_server(("127.0.0.1", stand.backend.port)) as server, ThreadPoolExecutor() as threads:
        answer = threads.submit(stand.send_raw, ("\r\n".join(head) + body).encode())
        connection, _ = server.accept()
        with connection:
            received = b""
            connection.settimeout(10)
            while not received.endswith(b"\r\n0\r\n\r\n"):  # no trailer, or the wait ends with an error
                part = connection.recv(65536)
                assert part, received
                received += part
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        got = answer.result(timeout=10)
    assert got is not None
    assert got.status == 200
    assert b"root" not in received
