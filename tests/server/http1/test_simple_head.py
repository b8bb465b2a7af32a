"""The quick reader reads what the thorough one reads, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.wire import HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender
from gateway.server.http1.simple_head import SimpleHeads
from tests.server.http1.test_head import STREAMS, head_of, headers_of, target_of

SENDER = Sender("192.0.2.1")
DEFAULT = Limits()
GOOD = b"GET /auth/nginx/orders HTTP/1.1\r\nHost: h\r\nX-Original-Method: GET\r\nAccept: */*\r\n\r\n"


def quick(data: bytes, limits: Limits = DEFAULT) -> HttpRequest | None:
    return SimpleHeads(limits).read(data, SENDER)


def thorough(data: bytes, limits: Limits = DEFAULT) -> tuple[HttpRequest, After] | Fault | None:
    reader = HeadReader(sender=SENDER, limits=limits)
    reader.feed(data)
    try:
        head = reader.next()
    except FaultyHead as faulty:
        return faulty.fault
    return head if reader.empty else None


def test_what_a_proxy_sends_is_read() -> None:
    request = quick(GOOD)
    assert request is not None
    assert thorough(GOOD) == (request, After.STAY)


@given(STREAMS)
def test_what_is_read_is_what_the_thorough_reader_reads(stream: bytes) -> None:
    request = quick(stream)
    if request is not None:
        assert thorough(stream) == (request, After.STAY)


@pytest.mark.long
@given(st.lists(st.one_of(STREAMS, st.just(GOOD)), min_size=2, max_size=4))
def test_nothing_is_left_over_for_the_next_head(streams: list[bytes]) -> None:
    """A parser that was left in the middle of something is not used again."""
    reader = SimpleHeads(DEFAULT)
    for stream in streams:
        request = reader.read(stream, SENDER)
        assert request is None or thorough(stream) == (request, After.STAY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\r\n" + GOOD,
        GOOD + b"\r\n",
        GOOD + b"\r\n\r\n",
        GOOD + GOOD,
        GOOD[:-1],
        GOOD[:-2],
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/2.0"),
        GOOD.replace(b"GET /", b"GET  /"),
        GOOD.replace(b"Host: h", b"Host: h\r\nHost: h"),
        GOOD.replace(b"Host: h\r\n", b""),
        GOOD.replace(b"Host: h", b"Host: <h>"),
        GOOD.replace(b"Accept: */*", b"accept: 1\r\naccept: 1"),
        GOOD.replace(b"Accept: */*", b"accept: 1\r\n folded"),
        GOOD.replace(b"Accept: */*", b"Content-Length: 5"),
        GOOD.replace(b"Accept: */*", b"Content-Length: 00"),
        GOOD.replace(b"Accept: */*", b"Content-Length: 0\r\ncontent-length: 0"),
        GOOD.replace(b"Accept: */*", b"Transfer-Encoding: chunked"),
        GOOD.replace(b"Accept: */*", b"Connection: close"),
        GOOD.replace(b"Accept: */*", b"Connection: "),
        GOOD.replace(b"Accept: */*", b"Connection: keep-alive, close"),
        GOOD.replace(b"Accept: */*", b"Connection: keep-alive, x-a"),
        GOOD.replace(b"Accept: */*", b"Connection: Upgrade"),
        GOOD.replace(b"Accept: */*", b"Connection: keep-alive\r\nConnection: close"),
        GOOD.replace(b"Accept: */*", b"Connection: keep-alive\r\nconnection: keep-alive"),
        GOOD.replace(b"Accept: */*", b"Connection: keep-alive\r\nUpgrade: h2c"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Accept: */*", b"Connection: keep-alive"),
        GOOD.replace(b"Accept: */*", b"Upgrade: websocket"),
        GOOD.replace(b"Accept: */*", b"A: \0"),
        GOOD.replace(b"Accept: */*", b"A: \x0b"),
        GOOD.replace(b"Accept: */*", b"A: 1 "),
        GOOD.replace(b"Accept: */*", b"A:1"),
        GOOD.replace(b"GET", b"CONNECT"),
    ],
)
def test_what_is_not_simple_is_left_to_the_thorough_reader(data: bytes) -> None:
    assert quick(data) is None


@pytest.mark.parametrize("connection", [b"keep-alive", b"Keep-Alive", b"KEEP-ALIVE"])
def test_staying_is_what_is_done_anyway(connection: bytes) -> None:
    stays = GOOD.replace(b"Accept: */*", b"connection: " + connection)
    request = quick(stays)
    assert request is not None
    assert thorough(stays) == (request, After.STAY)


def test_a_length_of_nothing_is_a_request_without_a_body() -> None:
    """As Envoy asks."""
    empty = GOOD.replace(b"Accept: */*", b"content-length: 0")
    request = quick(empty)
    assert request is not None
    assert thorough(empty) == (request, After.STAY)


def sized(reader: SimpleHeads, stream: bytes) -> tuple[HttpRequest, int, bytes] | None:
    return reader.read_sized(stream, SENDER)


def thorough_sized(stream: bytes) -> tuple[HttpRequest, int | None, bytes] | None:
    reader = HeadReader(sender=SENDER, limits=DEFAULT, bodies=True)
    reader.feed(stream)
    try:
        head = reader.next_framed()
    except FaultyHead:
        return None
    return None if head is None else (head[0], head[1].length, reader.take())


POST = GOOD.replace(b"GET", b"POST").replace(b"Accept: */*", b"Content-Length: 5")
BODIES = st.sampled_from(
    [b"", b"abc", b"abcde", b"abcdeGET", b"\r\n\r\n.", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"]
)


@given(st.lists(st.tuples(st.one_of(STREAMS, st.just(POST), st.just(GOOD)), BODIES), min_size=1, max_size=4))
def test_with_a_body_as_well_it_reads_what_the_thorough_reader_reads(
    streams: list[tuple[bytes, bytes]],
) -> None:
    """And whatever was before: a parser within a body, or behind what was odd, reads nothing more."""
    reader = SimpleHeads(DEFAULT)
    for head, body in streams:
        found = sized(reader, head + body)
        assert found is None or found == thorough_sized(head + body)


def test_a_body_comes_along_as_far_as_it_is_there_and_no_further() -> None:
    reader = SimpleHeads(DEFAULT)
    for body in (b"abcde", b"", b"abc", b"abcde"):
        found = sized(reader, POST + body)
        assert found is not None
        assert found == thorough_sized(POST + body)
    assert sized(reader, POST + b"abcdeGET") is None
    assert sized(reader, POST + b"abcde") is None  # its parser is in the middle of another head


@pytest.mark.parametrize("length", [b"05", b"+5", b"5,5", b"", b"-1", b"0x5", b"9999999999999999999"])
def test_an_odd_length_is_not_simple(length: bytes) -> None:
    reader = SimpleHeads(DEFAULT)
    assert sized(reader, POST.replace(b"Length: 5", b"Length: " + length) + b"abcde") is None
    coded = POST.replace(b"Host: h", b"Host: h\r\nTransfer-Encoding: chunked")
    assert sized(SimpleHeads(DEFAULT), coded + b"abcde") is None


def test_behind_a_head_that_closes_nothing_is_read_at_a_glance() -> None:
    reader = SimpleHeads(DEFAULT)
    assert reader.read(GOOD.replace(b"Accept: */*", b"Connection: close"), SENDER) is None
    assert reader.read(GOOD, SENDER) is None


def test_a_name_in_two_cases_is_read_as_two_headers() -> None:
    both = GOOD.replace(b"Accept: */*", b"x-a: 1\r\nX-A: 2")
    request = quick(both)
    assert request is not None
    assert request.values(b"x-a") == [b"1", b"2"]
    assert thorough(both) == (request, After.STAY)


@pytest.mark.parametrize(
    ("make", "limits"),
    [
        (head_of, Limits(head_bytes=400)),
        (target_of, Limits(target_bytes=60)),
    ],
)
def test_each_limit_is_held_to_the_byte(make: object, limits: Limits) -> None:
    assert callable(make)
    most = 400 if limits.head_bytes == 400 else 60
    assert quick(make(most), limits) is not None
    assert quick(make(most + 1), limits) is None


def test_the_number_of_headers_is_held() -> None:
    many = b"GET / HTTP/1.1\r\nHost: h\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(4)) + b"\r\n"
    assert quick(many, Limits(header_count=5)) is not None
    assert quick(many, Limits(header_count=4)) is None
    assert quick(headers_of(5)) is None  # the same name again and again


def test_another_url_or_host_on_the_same_connection_is_read_as_it_is() -> None:
    reader = SimpleHeads(DEFAULT)
    for target, host in ((b"/a", b"h"), (b"/b", b"h"), (b"/ab", b"i"), (b"/a", b"h")):
        request = reader.read(b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", SENDER)
        assert request is not None
        assert (request.target, request.values(b"host")) == (target, [host])


def test_while_it_waits_it_holds_no_header_of_the_last_request() -> None:
    """Ten thousand connections that wait would hold ten thousand tokens."""
    heads = SimpleHeads(DEFAULT)
    request = heads.read(GOOD.replace(b"\r\n\r\n", b"\r\nAuthorization: Bearer s3cr3t\r\n\r\n"), SENDER)
    assert request is not None
    assert request.values(b"authorization") == [b"Bearer s3cr3t"]
    assert heads._seen is not None
    assert heads._seen.headers == {}
    assert heads.read(GOOD, SENDER) is not None
