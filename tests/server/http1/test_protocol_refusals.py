"""Bytes that are no request: what they get over a real socket, whatever they are."""

import asyncio
import gc
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dialects.wire import HttpRequest
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from tests.server.http1.served import (
    GET,
    HOST,
    PATIENCE_S,
    Answer,
    Serve,
    Served,
    answers,
    echo,
    echo_later,
    get,
    until,
)
from tests.server.http1.test_head import STREAMS

# --- what is refused ---

MALFORMED = {
    "two hosts": get(b"/", b"Host: other"),
    "two equal hosts": get(b"/", b"Host: gateway"),
    "two hosts in 1.0": get(b"/", b"Host: other", version=b"1.0"),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "bad host": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "folded": get(b"/", b"X: a", b" b"),
    "folded with a tab": get(b"/", b"X: a", b"\tb"),
    "folded host": get(b"/", b" x"),
    "space before the first header": b"GET / HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n",
    "bare CR": get(b"/", b"X: a\rb"),
    "bare CR hides a header": get(b"/", b"X: \rTransfer-Encoding: chunked"),
    "CR CR LF": get(b"/", b"X: a\r"),
    "bare LF": get(b"/", b"X: a\nY: b"),
    "only bare LF": b"GET / HTTP/1.1\nHost: gateway\n\n",
    "bare LF at the end": b"GET / HTTP/1.1\r\nHost: gateway\r\n\n",
    "empty line first": b"\r\n" + GET,
    "empty lines": b"\r\n\r\n",
    "space before the colon": get(b"/", b"X : a"),
    "tab before the colon": get(b"/", b"X\t: a"),
    "empty name": get(b"/", b": a"),
    "no colon": get(b"/", b"X"),
    "name not a token": get(b"/", b"X(a): b"),
    "name not ASCII": get(b"/", b"\xc3\xa9: b"),
    "NUL in a name": get(b"/", b"X\0: b"),
    "NUL": get(b"/", b"X: a\0b"),
    "control byte": get(b"/", b"X: a\x01b"),
    "vertical tab": get(b"/", b"X: a\x0bb"),
    "DEL": get(b"/", b"X: a\x7fb"),
    "two spaces in the line": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
    "tab in the line": b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "space behind the line": b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n",
    "space before the line": b" GET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "space in the target": get(b"/a b"),
    "tab in the target": get(b"/a\tb"),
    "NUL in the target": get(b"/a\0b"),
    "not ASCII in the target": get(b"/\xc3\xa9"),
    "target without a slash": get(b"a"),
    "no target": b"GET HTTP/1.1\r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n" + HOST + b"\r\n",
    "HTTP/0.9": get(b"/", version=b"0.9"),
    "HTTP/1.2": get(b"/", version=b"1.2"),
    "HTTP/1.10": get(b"/", version=b"1.10"),
    "HTTP/2.0": get(b"/", version=b"2.0"),
    "HTTP/3": get(b"/", version=b"3"),
    "http/1.1": b"GET / http/1.1\r\n" + HOST + b"\r\n",
    "RTSP": b"PLAY / RTSP/1.0\r\n" + HOST + b"\r\n",
    "CONNECT": b"CONNECT other:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
    "lower-case method": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an answer": b"HTTP/1.1 200 OK\r\n" + HOST + b"\r\n",
    "length twice": get(b"/", b"Content-Length: 0", b"Content-Length: 0"),
    "two lengths": get(b"/", b"Content-Length: 0", b"Content-Length: 9"),
    "empty length": get(b"/", b"Content-Length:"),
    "length list": get(b"/", b"Content-Length: 0, 0"),
    "signed length": get(b"/", b"Content-Length: +0"),
    "negative length": get(b"/", b"Content-Length: -1"),
    "endless length": get(b"/", b"Content-Length: 99999999999999999999999"),
    "length and coding": get(b"/", b"Content-Length: 0", b"Transfer-Encoding: chunked"),
}

BODIES = {
    "length": get(b"/", b"Content-Length: 5"),
    "length written oddly": get(b"/", b"Content-Length: 00"),
    "length and body": get(b"/", b"Content-Length: 5") + b"hello",
    "a request as body": get(b"/", b"Content-Length: %d" % len(GET)) + GET,
    "chunked": get(b"/", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "chunked in 1.0": get(b"/", b"Transfer-Encoding: chunked", version=b"1.0"),
    "length in 1.0": get(b"/", b"Content-Length: 1", version=b"1.0"),
}


async def assert_refused(served: Served, stream: bytes, status: int, fault: str) -> None:
    """The same refusal and then the end: at once, bytewise, and behind a good request."""
    for chunks in ((stream,), tuple(stream[i : i + 1] for i in range(len(stream)))):
        served.faults.clear()
        (answer,) = await served.ask(*chunks, eof=False)
        assert answer == Answer(
            status=status,
            headers={
                b"cache-control": b"no-store",
                b"content-length": b"0",
                b"connection": b"close",
            },
            body=b"",
        )
        assert served.faults == [fault]
    good, bad = await served.ask(get(b"/good") + stream + get(b"/behind"), eof=False)
    assert (good.body, bad.status) == (b"/good", status)
    assert not served.bugs


@pytest.mark.parametrize("stream", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_is_400_and_the_end(serve: Serve, stream: bytes) -> None:
    await assert_refused(await serve(echo), stream, 400, "malformed")


@pytest.mark.parametrize("stream", BODIES.values(), ids=BODIES)
async def test_a_body_is_400_and_the_end(serve: Serve, stream: bytes) -> None:
    await assert_refused(await serve(echo), stream, 400, "body")


@pytest.mark.parametrize(
    "stream",
    [
        get(b"/" + b"a" * 9_999),
        get(b"/", b"X: " + b"a" * 33_000),
        get(b"/", *[b"X: y"] * 128),
        b"GET /" + b"a" * 9_999,
        get(b"/", b"X: " + b"a" * 33_000)[:-4],
        get(b"/", *[b"X: y"] * 200)[:-4],
    ],
    ids=["target", "head", "count", "target begun", "head begun", "count begun"],
)
async def test_too_large_is_431_and_the_end(serve: Serve, stream: bytes) -> None:
    served = await serve(echo)
    (answer,) = await served.ask(stream, eof=False)
    assert (answer.status, answer.headers[b"connection"]) == (431, b"close")
    assert served.faults == ["head_too_large"]


async def test_a_refused_peer_that_goes_on_sending_still_gets_its_answer(serve: Serve) -> None:
    gc.freeze()  # what other tests have left is not looked through
    served = await serve(echo)
    reader, writer = await served.connect()
    writer.write(b"GET / HTTP/1.1\nHost: gateway\n\n")
    for _ in range(32):
        writer.write(b"x" * 65_536)
        await writer.drain()
    kept = [len(o._buffer) for o in gc.get_objects() if isinstance(o, HeadReader)]
    assert max(kept) <= 256 * 1024  # what one read can bring
    writer.write_eof()
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    assert answer.status == 400
    writer.close()


async def test_a_refused_peer_that_stays_is_closed(serve: Serve) -> None:
    served = await serve(echo, Limits(linger_s=0.02))
    _, writer = await served.connect()
    writer.write(b"\r\n")
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: served.faults)
        await until(lambda: not served.listener.connections)
    writer.close()


# --- any bytes at all ---


@pytest.mark.long
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stream=st.one_of(STREAMS, st.binary(max_size=200)),
    cuts=st.lists(st.integers(1, 400), max_size=4),
    later=st.booleans(),
)
async def test_any_bytes_get_whole_answers_of_a_closed_set_and_an_end(
    serve: Serve,
    stream: bytes,
    cuts: list[int],
    later: bool,  # noqa: FBT001
) -> None:
    handlers: tuple[Callable[[HttpRequest], object], ...] = (echo, echo_later)
    served = await serve(handlers[later])  # type: ignore[arg-type]
    marks = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[a:b] for a, b in pairwise(marks)]
    written = await served.say(*chunks, eof=True)
    for answer in answers_of_any(written):
        assert answer.status in {200, 400}
    assert not served.bugs
    assert set(served.faults) <= {"malformed", "body"}
    await served.listener.drain(1)


def answers_of_any(written: bytes) -> list[Answer]:
    """HEAD is among the requests, and its answer has neither length nor body."""
    heads = [b"HEAD" if b"content-length" not in head else b"GET" for head in split(written)]
    return answers(written, heads)


def split(written: bytes) -> list[bytes]:
    return [b"HTTP/1.1" + part.partition(b"\r\n\r\n")[0] for part in written.split(b"HTTP/1.1")[1:]]
