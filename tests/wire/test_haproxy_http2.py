"""Is a request in HTTP/2, which HAProxy turns into HTTP/1.1, judged as the backend gets it?

HAProxy takes it on the same port. The frames are written by hand: an HTTP/2 library sends nothing odd.
"""

import socket
from collections.abc import Iterable

import pytest

from tests.wire.fronts import Front
from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

GOOD = {":method": "GET", ":scheme": "http", ":authority": "api.example.com", ":path": "/public/x?a=/../b"}
HEADERS, RESET = 1, 3
_END_OF_BOTH = 0x05


@pytest.fixture(scope="module", params=[Front.HAPROXY, Front.HAPROXY_NEW], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _field(name: str, value: str) -> bytes:
    """RFC 7541 section 6.2.2: a literal, not indexed, not Huffman coded."""
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def _answer(port: int, fields: Iterable[tuple[str, str]]) -> int:
    """Send one request. Gives the kind of the first frame that answers it: HEADERS or RST_STREAM."""
    block = b"".join(_field(name, value) for name, value in fields)
    request = _frame(4, 0, 0, b"") + _frame(HEADERS, _END_OF_BOTH, 1, block)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + request)
        with connection.makefile("rb") as stream:
            while head := stream.read(9):
                stream.read(int.from_bytes(head[:3], "big"))
                if int.from_bytes(head[5:], "big") == 1:
                    return head[3]
    raise AssertionError("closed without an answer")


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "x"])
def test_the_target_is_the_one_that_was_judged(stand: Stand, scheme: str) -> None:
    assert _answer(stand.port, {**GOOD, ":scheme": scheme}.items()) == HEADERS
    seen = stand.seen()
    assert (seen.start_line, seen.values("Host")) == ("GET /public/x?a=/../b HTTP/1.1", ["api.example.com"])
    assert seen.only("X-Forwarded-Proto") == "http"  # of the connection, whatever the client says


def test_the_host_is_the_authority(stand: Stand) -> None:
    assert _answer(stand.port, [*GOOD.items(), ("host", "other.example.com")]) == HEADERS
    assert stand.seen().values("Host") == ["api.example.com"]
    other = {**GOOD, ":authority": "other.example.com"}
    assert _answer(stand.port, [*other.items(), ("host", "api.example.com")]) == HEADERS
    stand.assert_unseen()


@pytest.mark.parametrize(
    "changed",
    [
        {":path": "/public/../admin"},
        {":path": "//public/x"},
        {":path": "/public/%2e%2e/admin"},
        {":path": "/admin"},
        {":path": "*"},
        {":path": "http://api.example.com/public/x"},
        {":path": ""},
        {":path": "/public#/../admin"},
        {":authority": "user@api.example.com"},
        {"x-auth-subject": "root"},
        {"x_auth_subject": "root"},
        {"connection": "x-auth-subject"},
        {"upgrade": "websocket"},
    ],
    ids=lambda changed: " ".join(map(str, *changed.items())),
)
def test_nothing_else_gets_through(stand: Stand, changed: dict[str, str]) -> None:
    assert _answer(stand.port, {**GOOD, **changed}.items()) in {HEADERS, RESET}
    stand.assert_unseen()


def test_connect_is_refused(stand: Stand) -> None:
    fields = [(":method", "CONNECT"), (":authority", "api.example.com")]
    assert _answer(stand.port, fields) in {HEADERS, RESET}
    stand.assert_unseen()
