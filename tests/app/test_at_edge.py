"""Is a running gateway the front door itself, with one worker and with several?"""

import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.app.process import good_token, reload, running, served
from tests.tls.authority import Authority
from tests.wire.broken_service import BrokenService, Fault
from tests.wire.echo_backend import EchoBackend
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Truncated
from tests.wire.processes import wait_until
from tests.wire.raw_client import Response, bearer, exchange, send

pytestmark = pytest.mark.wire

HOST = "api.example.com"


def at_edge(*backends: EchoBackend | BrokenService, **changes: Any) -> dict[str, Any]:
    """The configuration of the tests, with every route going to these servers."""
    config = served(**changes)
    config["upstreams"] = {"orders": {"servers": [f"http://127.0.0.1:{one.port}" for one in backends]}}
    policy = config["policies"]["orders"]
    for name in ("peers", "callers"):
        policy.pop(name, None)
    for route in policy["routes"]:
        route["upstream"] = "orders"
    config["listeners"] = {"edge": {}, **config.get("listeners", {})}
    return config


@contextmanager
def serving(folder: Path, *backends: EchoBackend, workers: int = 1) -> Iterator[GatewayProcess]:
    with running(folder, at_edge(*backends), workers=workers) as gateway:
        yield gateway


def ask(gateway: GatewayProcess, target: str = "/v1/orders", *headers: tuple[str, str]) -> Response:
    return send(gateway.edge_port, target, headers or (bearer(good_token()),), host=HOST)


def shown(gateway: GatewayProcess, *lines: str) -> None:
    """Workers tell their counts once a second."""
    wait_until(lambda: all(f"token_gateway_{line}\n" in gateway.metrics() for line in lines), gateway.metrics)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_goes_on_with_a_token_of_ours(tmp_path: Path, workers: int) -> None:
    with EchoBackend() as backend, serving(tmp_path, backend, workers=workers) as gateway:
        token = good_token()
        for _ in range(2):  # walked, and remembered
            answer = ask(gateway, "/v1/orders", bearer(token), ("X-Forwarded-For", "10.0.0.1"))
            assert answer.status == 200, answer.body
            seen = {name.lower(): value for name, value in json.loads(answer.body)["headers"]}
            assert seen["authorization"] != f"Bearer {token}"
            assert seen["authorization"].startswith("Bearer eyJ")
            assert seen["x-auth-subject"] == "corp:alice"
            assert (seen["host"], seen["x-forwarded-for"]) == (HOST, "127.0.0.1")
        assert len(backend.requests) == 2
        for target, headers, status in (
            ("/v1/orders", [("X-A", "1")], 401),
            ("/nowhere", [bearer(token)], 403),
            ("/v1/orders", [bearer(token + "x")], 401),
        ):
            assert ask(gateway, target, *headers).status == status
        assert send(gateway.edge_port, "/", host="other.example").status == 404
        assert len(backend.requests) == 2
        recorded = gateway.records(at_least=6)
        assert {one["token_gateway.dialect"] for one in recorded} == {"edge"}
        assert Counter(one.get("event.reason") for one in recorded) == {
            None: 2,
            "credential_missing": 1,
            "path_not_allowed": 1,
            "token_malformed": 1,
            "policy_unknown": 1,
        }
        shown(
            gateway,
            'connections{listener="edge"} 0.0',
            'edge_answers_total{status="2xx",upstream="orders"} 2.0',
            'edge_seconds_count{upstream="orders"} 2.0',
            'edge_requests{upstream="orders"} 0.0',
            'edge_servers{state="up",upstream="orders"} 1.0',
        )


def test_a_reload_changes_hosts_and_upstreams_while_it_serves(tmp_path: Path) -> None:
    with EchoBackend() as old, EchoBackend() as new, serving(tmp_path, old) as gateway:
        assert ask(gateway).status == 200
        config = at_edge(new)
        config["policies"]["orders"]["hosts"] = ["new.example.com"]
        gateway.write(config)
        wait_until(lambda: ask(gateway).status == 404, lambda: "it goes by the former one")
        answer = send(gateway.edge_port, "/v1/orders", [bearer(good_token())], host="new.example.com")
        assert answer.status == 200
        assert (len(old.requests) >= 1, len(new.requests)) == (True, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_it_tells_when_what_servers_are_shown_ends_until_they_are_shown_nothing(
    tmp_path: Path, workers: int
) -> None:
    ours = Authority("ours").client("gateway.example.com", life=timedelta(days=30))
    (tmp_path / "client.crt").write_bytes(ours.chain)
    (tmp_path / "client.key").write_bytes(ours.key)
    config = at_edge()
    shows = {"certificate": "file:client.crt", "key": "file:client.key"}
    plain = {"servers": ["http://127.0.0.1:9"]}
    config["upstreams"] = {"orders": plain, "paid": {"servers": ["https://127.0.0.1:9"], "tls": shows}}
    until = x509.load_pem_x509_certificate(ours.chain).not_valid_after_utc.timestamp()

    def told(gateway: GatewayProcess) -> list[tuple[str, float]]:
        rows = re.findall(r"certificate_not_after_timestamp_seconds\{(.*)\} (\S+)", gateway.metrics())
        return [(labels, float(seconds)) for labels, seconds in rows]

    with running(tmp_path, config, workers=workers) as gateway:
        assert told(gateway) == [('listener="",upstream="paid"', until)]
        assert "gateway.example.com" not in gateway.metrics()
        reload(gateway, config | {"upstreams": {"orders": plain}})
        gateway.program.wait_for(lambda: told(gateway) == [], "the end of what is said of it")


def test_what_stops_finishes_what_was_asked(tmp_path: Path) -> None:
    with EchoBackend() as backend:
        with serving(tmp_path, backend) as gateway:
            assert ask(gateway).status == 200
        assert gateway.program.exit_code == 0
        assert gateway.program.stderr.read_text() == ""


def test_a_backend_that_is_gone_is_a_502(tmp_path: Path) -> None:
    with BrokenService(Fault.NOT_LISTENING) as backend, running(tmp_path, at_edge(backend)) as gateway:
        assert ask(gateway).status == 502
        shown(
            gateway,
            'requests_malformed_total{why="unreachable"} 1.0',
            'edge_answers_total{status="none",upstream="orders"} 1.0',
            'edge_servers{state="resting",upstream="orders"} 1.0',
        )


def test_a_load_balancer_announces_its_clients_and_nobody_else_may(tmp_path: Path) -> None:
    header = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(
        [203, 0, 113, 9, 127, 0, 0, 1, 0x30, 0x39, 0, 80]
    )
    token = f"Authorization: Bearer {good_token()}\r\n"
    request = f"GET /v1/orders HTTP/1.1\r\nHost: {HOST}\r\n{token}Connection: close\r\n\r\n".encode()
    with EchoBackend() as backend:
        for listed, whole, answered in (
            (["127.0.0.0/8"], header + request, True),
            (["127.0.0.0/8"], request, False),
            (["10.0.0.0/8"], header + request, False),
        ):
            edge = {"trusted_proxies": listed, "proxy_protocol": True}
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            with running(folder, at_edge(backend, listeners={"edge": edge})) as gateway:
                assert answers(gateway, whole) == [200] * answered
        (request_seen,) = backend.requests
        assert request_seen.values("x-forwarded-for") == ["203.0.113.9"]


def answers(gateway: GatewayProcess, request: bytes) -> list[int]:
    """Their statuses; none where the connection is closed, or reset."""
    try:
        return [one.status for one in exchange(gateway.edge_port, request)]
    except ConnectionResetError:
        return []


def test_what_the_listener_says_and_allows_is_read_anew(tmp_path: Path) -> None:
    forwarded = {"trusted_proxies": ["127.0.0.0/8"], "forwarded": "x-forwarded"}
    told = [bearer(good_token()), ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https")]
    with EchoBackend() as backend:
        config = at_edge(backend, listeners={"edge": {**forwarded, "hsts": "1d"}})
        with running(tmp_path, config) as gateway:
            name = "strict-transport-security"
            assert ask(gateway, "/v1/orders", *told).message.values(name) == ["max-age=86400"]
            assert ask(gateway, "/nowhere", *told).message.values(name) == ["max-age=86400"]
            gateway.write(at_edge(backend, listeners={"edge": forwarded}))
            wait_until(
                lambda: not ask(gateway, "/v1/orders", *told).message.values(name), lambda: "it still says so"
            )


def test_so_many_connections_and_no_more(tmp_path: Path) -> None:
    with EchoBackend() as backend:
        config = at_edge(backend, listeners={"edge": {"max_connections": 4}})
        with running(tmp_path, config) as gateway, ExitStack() as opened:
            for _ in range(4):
                opened.enter_context(socket.create_connection(("127.0.0.1", gateway.edge_port)))
            shown(gateway, 'connections{listener="edge"} 4.0')
            with pytest.raises((Truncated, ConnectionError)):
                ask(gateway)
