"""Can a connection be upgraded where the route says so, and nowhere else?"""

import socket
from typing import BinaryIO, cast

import pytest

from tests.wire.http_message import read_message
from tests.wire.raw_client import bearer
from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

UPGRADE = [
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
]


def _asked_to_upgrade(stand: Stand, target: str, *more: tuple[str, str]) -> int:
    pairs = [("Host", "api.example.com"), ("Connection", "Upgrade"), *more]
    lines = (f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs), "", "")
    answer = stand.send_raw("\r\n".join(lines).encode())
    assert answer is not None
    return answer.status


def test_a_route_with_websocket_is_upgraded_with_our_token(stand: Stand) -> None:
    token = stand.lab_token()
    assert _asked_to_upgrade(stand, "/v1/feed", *UPGRADE, bearer(token)) == 101
    seen = stand.seen()
    assert (seen.start_line, seen.values("Upgrade")) == ("GET /v1/feed HTTP/1.1", ["websocket"])
    stand.assert_lab_token_is_replaced(token, seen)


def test_no_token_no_upgrade(stand: Stand) -> None:
    assert _asked_to_upgrade(stand, "/v1/feed", *UPGRADE) == 401
    assert stand.reason == "credential_missing"
    stand.assert_unseen()


@pytest.mark.parametrize("target", ["/v1/orders", "/healthz", "/public/x"])
def test_a_route_without_websocket_is_not_upgraded(stand: Stand, target: str) -> None:
    status = _asked_to_upgrade(stand, target, *UPGRADE, bearer(stand.lab_token()))
    assert (status, stand.reason) == (403, "upgrade_refused")
    stand.assert_unseen()


@pytest.mark.parametrize("protocol", ["h2c", "websocket, h2c", "TLS/1.0", "WebSocket2"])
@pytest.mark.parametrize("target", ["/v1/orders", "/v1/feed"])
def test_no_other_protocol_is_upgraded_to(stand: Stand, target: str, protocol: str) -> None:
    more = [("Upgrade", protocol), ("HTTP2-Settings", "AAMAAABkAAQAAP__"), bearer(stand.lab_token())]
    status = _asked_to_upgrade(stand, target, *more)
    assert status != 101
    for seen in stand.backend.requests:
        assert seen.values("Upgrade") == []
    stand.backend.requests.clear()


def test_a_plain_request_to_the_route_is_a_plain_request(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send("/v1/feed", token=token).status == 200
    seen = stand.seen()
    assert (seen.values("Upgrade"), "upgrade" in seen.text().lower()) == ([], False)
    stand.assert_lab_token_is_replaced(token, seen)


def test_a_refused_upgrade_leaves_no_tunnel(stand: Stand) -> None:
    """Bytes behind a refused upgrade are a request like any other, or the connection is closed."""
    head = "GET {} HTTP/1.1\r\nHost: api.example.com\r\n{}\r\n"
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    with socket.create_connection(("127.0.0.1", stand.port), timeout=10) as connection:
        connection.sendall(head.format("/admin", upgrade).encode())
        with connection.makefile("rb") as stream:
            refusal = read_message(cast("BinaryIO", stream))
            assert refusal is not None
            assert refusal.start_line.startswith("HTTP/1.1 40")
            try:
                connection.sendall(head.format("/admin", "Connection: close\r\n").encode())
                answer = stream.readline()
            except ConnectionError:
                answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 40")
    stand.assert_unseen()
