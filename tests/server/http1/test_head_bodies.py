"""Where a head announces a body, what length does every reader find?"""

import pytest

from gateway.dialects.wire import HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import Frame, HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender


def reader_of(raw: bytes) -> HeadReader:
    reader = HeadReader(sender=Sender("192.0.2.1"), limits=Limits(), bodies=True)
    reader.feed(raw)
    return reader


def framed(raw: bytes) -> tuple[HttpRequest, Frame]:
    head = reader_of(raw).next_framed()
    assert head is not None
    return head


def post(*headers: bytes, version: bytes = b"1.1") -> bytes:
    return b"\r\n".join((b"POST / HTTP/" + version, b"Host: h", *headers, b"", b""))


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ((), 0),
        ((b"Content-Length: 0",), 0),
        ((b"content-length:\t12 ",), 12),
        ((b"Content-Length: 999999999999999999",), 999_999_999_999_999_999),
        ((b"Transfer-Encoding: chunked",), None),
        ((b"TRANSFER-ENCODING:  Chunked ",), None),
    ],
)
def test_one_length_or_one_coding(headers: tuple[bytes, ...], length: int | None) -> None:
    assert framed(post(*headers))[1] == Frame(After.STAY, length)


def test_an_older_client_may_send_a_length() -> None:
    assert framed(post(b"Content-Length: 3", version=b"1.0"))[1] == Frame(After.CLOSE, 3, http_1_1=False)


def test_an_upgrade_is_told_and_ends_the_connection() -> None:
    head = post(b"Connection: Upgrade", b"Upgrade: websocket", b"Content-Length: 3")
    assert framed(head)[1] == Frame(After.CLOSE, 3, upgrade=True)


def test_connect_is_read_where_it_can_be_answered() -> None:
    assert framed(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n")[0].method == b"CONNECT"


FAULTY = {
    "two lengths": (b"Content-Length: 1", b"Content-Length: 2"),
    "one length twice": (b"Content-Length: 1", b"Content-Length: 1"),
    "zero twice": (b"Content-Length: 0", b"Content-Length: 0"),
    "length list": (b"Content-Length: 1, 1",),
    "empty length": (b"Content-Length:",),
    "signed": (b"Content-Length: +1",),
    "negative": (b"Content-Length: -1",),
    "octal to some": (b"Content-Length: 010",),
    "hexadecimal": (b"Content-Length: 0x1",),
    "underscore": (b"Content-Length: 1_0",),
    "two numbers": (b"Content-Length: 1 1",),
    "endless": (b"Content-Length: 1000000000000000000",),
    "length before coding": (b"Content-Length: 1", b"Transfer-Encoding: chunked"),
    "length behind coding": (b"Transfer-Encoding: chunked", b"Content-Length: 1"),
    "coding twice": (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "coding list": (b"Transfer-Encoding: chunked, chunked",),
    "gzip, chunked": (b"Transfer-Encoding: gzip, chunked",),
    "gzip": (b"Transfer-Encoding: gzip",),
    "identity": (b"Transfer-Encoding: identity",),
    "empty coding": (b"Transfer-Encoding:",),
    "coding with a parameter": (b"Transfer-Encoding: chunked;q=1",),
    "coding with a comma": (b"Transfer-Encoding: chunked,",),
    "quoted coding": (b'Transfer-Encoding: "chunked"',),
    "vertical tab": (b"Transfer-Encoding: \x0bchunked",),
    "xchunked": (b"Transfer-Encoding: xchunked",),
    "space before the colon": (b"Transfer-Encoding : chunked",),
}


@pytest.mark.parametrize("headers", FAULTY.values(), ids=FAULTY)
def test_a_length_in_doubt_is_refused(headers: tuple[bytes, ...]) -> None:
    with pytest.raises(FaultyHead) as caught:
        framed(post(*headers))
    assert caught.value.fault is Fault.MALFORMED


def test_an_older_client_has_no_coding() -> None:
    with pytest.raises(FaultyHead):
        framed(post(b"Transfer-Encoding: chunked", version=b"1.0"))


def test_what_follows_a_head_is_the_body_s_to_take() -> None:
    reader = reader_of(post(b"Content-Length: 4") + b"body" + post())
    assert reader.next_framed() is not None
    rest = reader.take()
    assert rest == b"body" + post()
    assert reader.empty
    reader.feed(rest[4:])
    head = reader.next_framed()
    assert head is not None
    assert head[1] == Frame(After.STAY)
