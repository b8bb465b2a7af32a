"""The one head that an upstream sees."""

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import Forward
from gateway.server.edge.request_head import HOP_BY_HOP, UnwritableRequest, request_head

HOST = (b"host", b"edge")


def head(*headers: tuple[bytes, bytes], method: bytes = b"GET", length: int | None = 0, **more: str) -> bytes:
    upgrade = more["upgrade"].encode() if more else None
    return request_head(Forward("u", method, b"/a?b", Headers.of((HOST, *headers)), upgrade), length)


def test_a_request_is_its_line_its_headers_and_our_framing() -> None:
    assert head((b"A", b"1"), (b"b%c", b"%d"), (b"a", b"2")) == (
        b"GET /a?b HTTP/1.1\r\nhost: edge\r\na: 1\r\nb%c: %d\r\na: 2\r\n\r\n"
    )
    assert head(length=3).endswith(b"\r\ncontent-length: 3\r\n\r\n")
    assert head(length=None).endswith(b"\r\ntransfer-encoding: chunked\r\n\r\n")
    assert head(method=b"POST").endswith(b"\r\ncontent-length: 0\r\n\r\n")


def test_an_upgrade_is_ours_to_ask() -> None:
    assert head(upgrade="websocket").endswith(b"\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n")


def test_an_expectation_was_ours_to_meet() -> None:
    assert (
        head((b"expect", b"100-continue"), (b"a", b"b")) == b"GET /a?b HTTP/1.1\r\nhost: edge\r\na: b\r\n\r\n"
    )


@pytest.mark.parametrize(
    "name", [*sorted(HOP_BY_HOP), b"Connection", b"", b"a b", b"a:", b"a\r\nb", b"\xe9", b"Host"]
)
def test_a_name_that_frames_or_is_none_is_refused(name: bytes) -> None:
    with pytest.raises(UnwritableRequest):
        head((name, b"x"))


@pytest.mark.parametrize("octet", [b"\r", b"\n", b"\r\n", b"\0", b"\x1b", b"\x7f", b"\r\n\r\n"])
def test_a_control_byte_is_refused_anywhere(octet: bytes) -> None:
    for forward in (
        Forward("u", b"GET", b"/", Headers.of((HOST, (b"a", b"b" + octet)))),
        Forward("u", b"GET", b"/" + octet, Headers.of((HOST,))),
        Forward("u", b"GET" + octet, b"/", Headers.of((HOST,))),
        Forward("u", b"GET", b"/", Headers.of((HOST,)), b"websocket" + octet),
    ):
        with pytest.raises(UnwritableRequest):
            request_head(forward, 0)


@pytest.mark.parametrize("target", [b"", b"/a b", b" "])
def test_a_target_is_one_word(target: bytes) -> None:
    with pytest.raises(UnwritableRequest):
        request_head(Forward("u", b"GET", target, Headers.of((HOST,))), 0)


def test_there_is_one_host() -> None:
    for headers in ((), (HOST, HOST)):
        with pytest.raises(UnwritableRequest):
            request_head(Forward("u", b"GET", b"/", Headers.of(headers)), 0)
