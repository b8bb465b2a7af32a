"""One reading of a head, or none."""

import re
from itertools import pairwise

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.head import MAX_COMMAS, HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender

DEFAULT = Limits()
SMALL = Limits(head_bytes=400, target_bytes=60, header_count=5)


def read(raw: bytes, limits: Limits = DEFAULT) -> tuple[HttpRequest, After] | None:
    reader = HeadReader(sender=Sender("192.0.2.1"), limits=limits)
    reader.feed(raw)
    return reader.next()


def outcome(chunks: list[bytes], limits: Limits = SMALL) -> list[tuple[HttpRequest, After] | Fault]:
    reader = HeadReader(sender=Sender("192.0.2.1"), limits=limits)
    found: list[tuple[HttpRequest, After] | Fault] = []
    try:
        for chunk in chunks:
            reader.feed(chunk)
            while head := reader.next():
                found.append(head)
                if head[1] is After.CLOSE:
                    return found
    except FaultyHead as faulty:
        found.append(faulty.fault)
    return found


@pytest.mark.parametrize(
    "shown", [Sender("192.0.2.1"), Sender("192.0.2.1", frozenset({"ingress.example.com"}), b"thumbprint")]
)
def test_both_ways_of_reading_say_what_the_connection_has_shown(shown: Sender) -> None:
    raw = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    at_a_glance = HeadReader(sender=shown, limits=DEFAULT).whole(raw)
    reader = HeadReader(sender=shown, limits=DEFAULT)
    reader.feed(raw)
    head = reader.next()
    assert at_a_glance is not None
    assert head is not None
    assert at_a_glance[3:] == head[0][3:] == shown


def test_gives_what_was_sent_with_lower_case_names_and_bare_values() -> None:
    head = read(
        b"DELETE /a%2Fb?c=d HTTP/1.1\r\nHOST: h\r\nX-Two:\t one \t \r\nx-two:two\r\nEmpty:\r\n"
        b"Latin: \xe9\r\n\r\n"
    )
    assert head == (
        HttpRequest(
            method=b"DELETE",
            target=b"/a%2Fb?c=d",
            headers=Headers.of(
                (
                    (b"host", b"h"),
                    (b"x-two", b"one"),
                    (b"x-two", b"two"),
                    (b"empty", b""),
                    (b"latin", b"\xe9"),
                )
            ),
            peer="192.0.2.1",
        ),
        After.STAY,
    )


def test_passes_an_absolute_target_as_it_is() -> None:
    head = read(b"GET https://other.example/x HTTP/1.1\r\nHost: h\r\n\r\n")
    assert head is not None
    assert head[0].target == b"https://other.example/x"


@pytest.mark.parametrize(
    ("version", "extra", "after"),
    [
        (b"1.1", b"", After.STAY),
        (b"1.1", b"Connection: keep-alive\r\n", After.STAY),
        (b"1.1", b"Connection: close\r\n", After.CLOSE),
        (b"1.1", b"Connection: CLOSE\r\n", After.CLOSE),
        (b"1.1", b"Connection: x-hop , \tclose\r\n", After.CLOSE),
        (b"1.1", b"Connection: keep-alive\r\nConnection: close\r\n", After.CLOSE),
        (b"1.1", b"Connection: closed\r\n", After.STAY),
        (b"1.0", b"", After.CLOSE),
        (b"1.0", b"Connection: Keep-Alive\r\n", After.STAY_1_0),
        (b"1.0", b"Connection: keep-alive, close\r\n", After.CLOSE),
        (b"1.1", b"Upgrade: h2c\r\n", After.CLOSE),
        (b"1.1", b"Connection: upgrade\r\nUpgrade: websocket\r\n", After.CLOSE),
    ],
)
def test_knows_whether_the_connection_stays(version: bytes, extra: bytes, after: After) -> None:
    head = read(b"GET / HTTP/" + version + b"\r\nHost: h\r\n" + extra + b"\r\n")
    assert head is not None
    assert head[1] is after


def test_a_connection_header_lists_a_few_options() -> None:
    """Splitting 30,000 of them would cost more than the whole decision."""

    def asked(commas: int) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close" + b"," * commas + b"\r\n\r\n"

    assert read(asked(MAX_COMMAS)) is not None
    with pytest.raises(FaultyHead) as refused:
        read(asked(MAX_COMMAS + 1))
    assert refused.value.fault is Fault.MALFORMED


def test_http_1_0_needs_no_host() -> None:
    head = read(b"GET / HTTP/1.0\r\n\r\n")
    assert head is not None
    assert head[0].headers.pairs == ()


@pytest.mark.parametrize("host", [b"", b"h:80", b"[::1]:80", b"auth_up", b"xn--e1a.example.", b"%41"])
def test_takes_every_host_of_the_grammar(host: bytes) -> None:
    assert read(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")


@pytest.mark.parametrize("host", [b"a/b", b"a b", b"u@h", b"a\\b", b"a?b", b"a#b", b"\xe9", b"<h>"])
def test_refuses_a_host_out_of_the_grammar(host: bytes) -> None:
    with pytest.raises(FaultyHead) as refused:
        read(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert refused.value.fault is Fault.MALFORMED


def head_of(size: int) -> bytes:
    start = b"GET / HTTP/1.1\r\nHost: h\r\nX: "
    return start + b"a" * (size - len(start) - 4) + b"\r\n\r\n"


def target_of(size: int) -> bytes:
    return b"GET /" + b"a" * (size - 1) + b" HTTP/1.1\r\nHost: h\r\n\r\n"


def headers_of(count: int) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * (count - 1) + b"\r\n"


@pytest.mark.parametrize(("make", "most"), [(head_of, 400), (target_of, 60), (headers_of, 5)])
@pytest.mark.parametrize("split", [False, True])
def test_holds_each_limit_to_the_byte(make: object, most: int, split: bool) -> None:  # noqa: FBT001
    assert callable(make)
    for size, fine in ((most, True), (most + 1, False)):
        raw: bytes = make(size)
        chunks = [raw[i : i + 1] for i in range(len(raw))] if split else [raw]
        found = outcome(chunks)
        assert len(found) == 1
        assert (found[0] is Fault.HEAD_TOO_LARGE) is not fine


@pytest.mark.parametrize(
    "part", [head_of(402)[:401], target_of(80)[:70], headers_of(7)[:-2], b"GET /" + b"a" * 400]
)
def test_refuses_what_is_too_large_before_it_is_complete(part: bytes) -> None:
    with pytest.raises(FaultyHead) as refused:
        read(part, SMALL)
    assert refused.value.fault is Fault.HEAD_TOO_LARGE


@pytest.mark.parametrize(
    "part",
    [
        b"\r",
        b"\n",
        b"\x16\x03\x01\x02\x00\x01",  # a TLS ClientHello
        b"GET / HTTP/1.1\n",
        b"GET / HTTP/1.1\r\nHost: h\n",
        b"GET / HTTP/1.1\r\n folded",
        b"GET / HTTP/1.1\r\nHost : h",
        b"GET / HTTP/1.1\r\nX: \0",
        b"get",
    ],
)
def test_refuses_what_is_malformed_before_it_is_complete(part: bytes) -> None:
    with pytest.raises(FaultyHead) as refused:
        read(part)
    assert refused.value.fault is Fault.MALFORMED


STARTS = [
    *[b"GET / HTTP/1.1", b"GET /auth/nginx/orders?a=b HTTP/1.1", b"OPTIONS * HTTP/1.0"] * 8,
    b"HEAD / HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET / HTTP/2.0",
    b"GET / HTTP/0.9",
    b"PRI * HTTP/2.0",
    b"PLAY / RTSP/1.0",
    b"CONNECT h:1 HTTP/1.1",
    b"",
]
FIELDS = [
    *[b"X: y", b"X:", b"Accept:\t \xff\t.\t", b"Connection: keep-alive", b"Accept: *"] * 6,
    b"Content-Length: 0",
    b"Host: other",
    b"Host : h",
    b" folded",
    b": empty",
    b"X: \0",
    b"X: a\rb",
    b"Connection: close, upgrade",
    b"Upgrade: websocket",
    b"Content-Length: 5",
    b"Content-Length: 0, 0",
    b"Transfer-Encoding: chunked",
]
ENDS = [*[b"\r\n"] * 38, b"\n", b"\r"]


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Mostly good heads, and heads with one or two things wrong."""
    host = draw(st.sampled_from([b"Host: h", b"Host: h", b"Host:h\t", b"Host:", b"X: no host"]))
    fields = draw(st.lists(st.sampled_from(FIELDS), max_size=3))
    lines = [draw(st.sampled_from(STARTS)), host, *fields, b""]
    return b"".join(line + draw(st.sampled_from(ENDS)) for line in lines)


STREAMS = st.builds(
    lambda parts, noise: b"".join(parts) + noise,
    st.lists(heads(), max_size=3),
    st.binary(max_size=6),
)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=6))
@example(stream=b"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", cuts=[2])
def test_any_cutting_of_any_bytes_is_read_alike(stream: bytes, cuts: list[int]) -> None:
    marks = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(marks)]
    bytewise = [stream[i : i + 1] for i in range(len(stream))]
    # A fault may show before the head is complete, so heads in front of it are always the same,
    # and only the name of the fault may differ where there is more than one.
    whole = outcome([stream])
    for cut in (outcome(pieces), outcome(bytewise)):
        assert [type(x) for x in cut] == [type(x) for x in whole]
        assert [x for x in cut if type(x) is tuple] == [x for x in whole if type(x) is tuple]


_STRICT = re.compile(
    rb"([A-Z-]+) ([!-~]+) HTTP/1\.[01]\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r\n)*)\r\n"
)


@given(stream=STREAMS)
def test_whatever_is_read_a_strict_grammar_reads_the_same(stream: bytes) -> None:
    for head in outcome([stream]):
        if isinstance(head, Fault):
            return
        grammar = _STRICT.match(stream)
        assert grammar
        fields = [line.split(b":", 1) for line in grammar[3].split(b"\r\n")[:-1]]
        assert head[0].method == grammar[1]
        assert head[0].target == grammar[2]
        assert head[0].headers.pairs == tuple((n.lower(), v.strip(b" \t")) for n, v in fields)
        assert b"transfer-encoding" not in head[0].headers.shape.names
        stream = stream[grammar.end() :]


def test_llhttp_is_lenient_where_this_reader_is_not() -> None:
    """If one of these begins to raise, the second reading has become redundant there."""
    for raw in (
        b"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        b"GET / HTTP/0.9\r\nHost: h\r\n\r\n",
        b"PLAY / RTSP/1.0\r\nHost: h\r\n\r\n",
    ):
        httptools.HttpRequestParser(object()).feed_data(raw)
        with pytest.raises(FaultyHead):
            read(raw)
