"""Bytes that two readers could read as two different requests: their server sees none of them."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dialects.wire import Forward, HttpRequest
from tests.server.edge.edged import (
    GET,
    HOST,
    PATIENCE_S,
    Backend,
    Edged,
    Incomplete,
    StartBackend,
    StartEdge,
    answers,
    asks,
    chunked,
    forward,
    get,
    post,
    requests,
)

EVIL = b"GET /evil HTTP/1.1\r\n" + HOST + b"\r\n"


def te(value: bytes, *headers: bytes, body: bytes = b"0\r\n\r\n", version: bytes = b"1.1") -> bytes:
    return asks(b"POST", b"/", b"Transfer-Encoding: " + value, *headers, body=body, version=version)


REFUSED = {
    # a length and a length
    "two lengths": post(b"/", b"abc", b"Content-Length: 0"),
    "one length twice": post(b"/", b"abc", b"Content-Length: 3"),
    "length list": asks(b"POST", b"/", b"Content-Length: 3, 3", body=b"abc"),
    "two lists": asks(b"POST", b"/", b"Content-Length: 3,", body=b"abc"),
    "signed length": asks(b"POST", b"/", b"Content-Length: +3", body=b"abc"),
    "negative length": asks(b"POST", b"/", b"Content-Length: -3", body=b"abc"),
    "octal length": asks(b"POST", b"/", b"Content-Length: 03", body=b"abc"),
    "hexadecimal length": asks(b"POST", b"/", b"Content-Length: 0x3", body=b"abc"),
    "length with a space": asks(b"POST", b"/", b"Content-Length: 3 3", body=b"abc"),
    "length with an underscore": asks(b"POST", b"/", b"Content-Length: 3_3", body=b"abc"),
    "empty length": asks(b"POST", b"/", b"Content-Length:", body=b"abc"),
    "length with a vertical tab": asks(b"POST", b"/", b"Content-Length: \x0b3", body=b"abc"),
    "64 bits": asks(b"POST", b"/", b"Content-Length: 18446744073709551619", body=b"abc"),
    "length in a folded line": asks(b"POST", b"/", b"Content-Length:\r\n 3", body=b"abc"),
    "length with a space before the colon": asks(b"POST", b"/", b"Content-Length : 3", body=b"abc"),
    # a length and a coding
    "CL.TE": post(b"/", b"0\r\n\r\n" + EVIL, b"Transfer-Encoding: chunked"),
    "TE.CL": te(b"chunked", b"Content-Length: 4", body=b"5c\r\n" + EVIL + b"\r\n0\r\n\r\n"),
    "zero length and a coding": te(b"chunked", b"Content-Length: 0"),
    # a coding and a coding
    "coding twice": te(b"chunked", b"Transfer-Encoding: chunked"),
    "coding and identity": te(b"chunked", b"Transfer-Encoding: identity"),
    "identity and coding": te(b"identity", b"Transfer-Encoding: chunked"),
    "chunked, chunked": te(b"chunked, chunked"),
    "gzip, chunked": te(b"gzip, chunked"),
    "chunked, identity": te(b"chunked, identity"),
    "identity": te(b"identity"),
    "cow": te(b"cow"),
    "xchunked": te(b"xchunked"),
    "quoted": te(b'"chunked"'),
    "parameter": te(b"chunked;a=b"),
    "comma": te(b"chunked,"),
    "comma first": te(b",chunked"),
    "empty": te(b""),
    "vertical tab": te(b"\x0bchunked"),
    "form feed": te(b"chunked\x0c"),
    "NUL": te(b"chunked\0"),
    "no-break space": te(b"\xa0chunked"),
    "not ASCII": te(b"chun\xe2\x84\xaaed"),
    "folded": te(b"\r\n chunked"),
    "folded with a tab": te(b"\r\n\tchunked"),
    "space before the colon": asks(b"POST", b"/", b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "tab before the colon": asks(b"POST", b"/", b"Transfer-Encoding\t: chunked", body=b"0\r\n\r\n"),
    "space before the name": asks(b"POST", b"/", b" Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "behind a bare LF": asks(b"POST", b"/", b"X: a\nTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "behind a bare CR": asks(b"POST", b"/", b"X: a\rTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "HTTP/1.0": te(b"chunked", version=b"1.0"),
    "HTTP/1.0 that stays": te(b"chunked", b"Connection: keep-alive", version=b"1.0"),
    # chunks
    "chunk: 0x": chunked(b"/", b"0x3\r\nabc\r\n0\r\n\r\n"),
    "chunk: signed": chunked(b"/", b"+3\r\nabc\r\n0\r\n\r\n"),
    "chunk: negative": chunked(b"/", b"-3\r\nabc\r\n0\r\n\r\n"),
    "chunk: space behind": chunked(b"/", b"3 \r\nabc\r\n0\r\n\r\n"),
    "chunk: space before": chunked(b"/", b" 3\r\nabc\r\n0\r\n\r\n"),
    "chunk: underscore": chunked(b"/", b"0_3\r\nabc\r\n0\r\n\r\n"),
    "chunk: 64 bits": chunked(b"/", b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    "chunk: bare LF": chunked(b"/", b"3\nabc\r\n0\r\n\r\n"),
    "chunk: bare LF behind": chunked(b"/", b"3\r\nabc\n0\r\n\r\n"),
    "chunk: bare LF in an extension": chunked(b"/", b"3;\nxx\r\nabc\r\n0\r\n\r\n"),
    "chunk: bare CR in an extension": chunked(b"/", b"3;a\rb\r\nabc\r\n0\r\n\r\n"),
    "chunk: LF in a quoted extension": chunked(b"/", b'3;a="\n"\r\nabc\r\n0\r\n\r\n'),
    "chunk: two octets that are no line end": chunked(b"/", b"3\r\nabcXX0\r\n\r\n"),
    "chunk: too long": chunked(b"/", b"3\r\nabcd\r\n0\r\n\r\n"),
    "chunk: too short": chunked(b"/", b"4\r\nabc\r\n0\r\n\r\n"),
    "chunk: no size": chunked(b"/", b";a\r\n0\r\n\r\n"),
    "chunk: an extension for 40 KiB": chunked(b"/", b"3;" + b"a" * 40_000 + b"\r\nabc\r\n0\r\n\r\n"),
    "chunk: end with bare LF": chunked(b"/", b"0\n\n"),
    "chunk: trailers with bare LF": chunked(b"/", b"0\r\nX: y\n\r\n"),
    "chunk: trailer without a colon": chunked(b"/", b"0\r\nGET /evil HTTP/1.1\r\n\r\n"),
    "chunk: no line end behind the last": chunked(b"/", b"0\r\n" + EVIL),
    # heads
    "bare LF": b"GET / HTTP/1.1\nHost: edge\n\n",
    "empty line first": b"\r\n" + GET,
    "two hosts": get(b"/", b"Host: other"),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "folded host": get(b"/", b" other"),
    "NUL in a value": get(b"/", b"X: a\0b"),
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2.0": get(b"/", version=b"2.0"),
    "HTTP/1.2": get(b"/", version=b"1.2"),
    "a space in the target": get(b"/a b"),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "PROXY": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GET,
}


@pytest.mark.parametrize("stream", REFUSED.values(), ids=REFUSED)
async def test_what_can_be_read_two_ways_is_400_and_the_end(
    edge: StartEdge, backend: StartBackend, stream: bytes
) -> None:
    behind = await backend()
    edged = await edge(behind)
    (answer,) = await edged.ask(stream + EVIL)
    assert (answer.status, answer.values(b"connection")) == (400, [b"close"])
    assert behind.seen == b""
    assert len(edged.faults) == 1
    # Bytewise its server may have seen that a request began; never a whole one, and nothing behind it.
    (answer,) = await edged.ask(*(stream[i : i + 1] for i in range(len(stream))), EVIL)
    assert answer.status == 400
    assert requests(behind.seen)[0] == []
    assert b"evil" not in behind.seen
    good, bad = await edged.ask(get(b"/good") + stream + EVIL)
    assert (good.body, bad.status) == (b"/good 0", 400)
    assert b"evil" not in behind.seen
    assert not edged.bugs


PIECES = st.sampled_from(
    [
        *(b"GET / HTTP/1.1\r\n", b"POST /p HTTP/1.1\r\n", b"POST / HTTP/1.0\r\n", b"Host: edge\r\n"),
        *(b"Content-Length: 3\r\n", b"Content-Length: 0\r\n", b"Content-Length: 44\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"transfer-encoding: Chunked\r\n", b"Connection: close\r\n"),
        *(b"Expect: 100-continue\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        *(b"\r\n", b"abc", b"3\r\nabc\r\n", b"0\r\n\r\n", b"2;a=b\r\nab\r\n", b"0\r\nX: y\r\n\r\n"),
        *(b"\n", b"\r", b" ", b"\0", b"0", b":", b"\x0b", b","),
        *(post(b"/whole", b"abc"), chunked(b"/chunks", b"3\r\nabc\r\n0\r\n\r\n"), get(b"/get")),
    ]
)


def mutate(stream: bytes, at: int, old: int, new: bytes) -> bytes:
    """Put `new` in the place of `old` octets."""
    at %= len(stream) + 1
    return stream[:at] + new + stream[at + old :]


MUTATED = st.builds(
    mutate,
    st.sampled_from(list(REFUSED.values()))
    | st.sampled_from([post(b"/p", b"abc"), chunked(b"/c", b"3\r\nabc\r\n0\r\n\r\n"), get(b"/g")]),
    st.integers(0, 300),
    st.integers(0, 3),
    st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b"\t", b"0", b"3", b"\0", b":", b",", b";", b"\xa0"]),
)


async def sends(edged: Edged, stream: bytes, cuts: list[int]) -> bytes:
    reader, writer = await edged.connect()
    marks = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    try:
        for a, b in pairwise(marks):
            writer.write(stream[a:b])
            await asyncio.sleep(0)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stream=MUTATED | st.lists(PIECES, max_size=12).map(b"".join) | st.tuples(MUTATED, PIECES).map(b"".join),
    cuts=st.lists(st.integers(1, 300), max_size=4),
)
async def test_a_server_sees_what_was_judged_or_nothing(
    edge: StartEdge, backend: StartBackend, stream: bytes, cuts: list[int]
) -> None:
    judged: list[HttpRequest] = []

    def handler(request: HttpRequest) -> Forward:
        judged.append(request)
        return forward(request)

    behind: Backend = await backend()
    edged = await edge(behind, handler=handler)
    said = await sends(edged, stream, cuts)
    await edged.listener.drain(1)
    for peer in behind.peers:
        found, _ = requests(bytes(peer.seen))  # strictly: no octet stands between or beside them
        assert len(found) <= len(judged)
        for seen, request in zip(found, judged, strict=False):
            assert seen.start == request.method + b" " + request.target + b" HTTP/1.1"
            assert len(seen.body) <= len(stream)
    assert len(behind.peers) <= 1 + len(judged)
    try:
        statuses = {answer.status for answer in answers(said)}
    except Incomplete:
        statuses = set()
    assert statuses <= {100, 200, 400, 408, 417, 501}
    assert not edged.bugs
