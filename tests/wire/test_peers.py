"""Is anybody but the listed proxies believed, whatever headers they make by hand?"""

import socket
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest

from tests.wire import lab_issuer
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message, read_message
from tests.wire.worlds import BEARER, configuration

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    directory = tmp_path_factory.mktemp("peers")
    keys = lab_issuer.write_keys(directory / "keys")
    with GatewayProcess(configuration(BEARER, None, keys), directory / "gateway") as process:
        yield process


def _ask(gateway: GatewayProcess, dialect: str, source: str, *more: str) -> Message:
    """Ask as the proxy of this dialect would, by hand and from an address of our choice."""
    forwarded = [
        "X-Forwarded-Method: GET",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: api.example.com",
        "X-Forwarded-Uri: /v1/orders",
    ]
    carriers = {
        "nginx": ["X-Original-Method: GET", "X-Original-URL: http://api.example.com/v1/orders"],
        "envoy": ["X-Forwarded-Proto: http"],
        **dict.fromkeys(("traefik", "caddy", "haproxy"), forwarded),
    }
    url, host = f"/auth/{dialect}/orders", "gateway"
    if dialect == "envoy":
        url, host = f"{url}/v1/orders", "api.example.com"
    token = f"Authorization: Bearer {lab_issuer.lab_token()}"
    lines = [
        f"GET {url} HTTP/1.1",
        f"Host: {host}",
        *carriers[dialect],
        token,
        *more,
        "",
        "",
    ]
    address = ("127.0.0.1", gateway.decision_port)
    with socket.create_connection(address, timeout=10, source_address=(source, 0)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        with connection.makefile("rb") as stream:
            message = read_message(cast("BinaryIO", stream))
    assert message is not None
    return message


@pytest.mark.parametrize("dialect", ["nginx", "traefik", "caddy", "haproxy", "envoy"])
def test_the_listed_proxy_is_believed(gateway: GatewayProcess, dialect: str) -> None:
    assert _ask(gateway, dialect, "127.0.0.1").start_line == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("dialect", ["nginx", "traefik", "caddy", "haproxy", "envoy"])
@pytest.mark.parametrize(
    "claim", ["X-Real-IP: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 x"]
)
def test_nobody_else_is(gateway: GatewayProcess, dialect: str, claim: str) -> None:
    before = len(gateway.records())
    answer = _ask(gateway, dialect, "127.0.0.2", claim)
    assert answer.start_line == "HTTP/1.1 403 Forbidden"
    assert answer.values("Authorization") == []
    (record,) = gateway.records()[before:]
    assert record["event.reason"] == "peer_untrusted"
    assert record["token_gateway.peer"] == "127.0.0.2"
    assert "127.0.0.2 is not in policies.orders.peers" in record["token_gateway.detail"]


@pytest.mark.parametrize("target", ["/auth/nginx/nobodys", "/auth/other/orders", "/", "/auth/nginx/orders/x"])
def test_an_unknown_url_is_403_for_anybody(gateway: GatewayProcess, target: str) -> None:
    with socket.create_connection(("127.0.0.1", gateway.decision_port), timeout=10) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 403 ")


def test_one_proxys_headers_mean_nothing_under_the_others_url(gateway: GatewayProcess) -> None:
    before = len(gateway.records())
    lines = [
        "GET /auth/nginx/orders HTTP/1.1",
        "Host: gateway",
        "X-Forwarded-Method: GET",
        "X-Forwarded-Uri: /public/x",
        "X-Forwarded-Host: api.example.com",
        "X-Forwarded-Proto: http",
        "Connection: close",
        "",
        "",
    ]
    with socket.create_connection(("127.0.0.1", gateway.decision_port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 403 ")
    (record,) = gateway.records()[before:]
    assert record["event.reason"] == "carrier_missing"
