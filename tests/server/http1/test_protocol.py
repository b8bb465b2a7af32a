"""Bytes in, bytes out, over real sockets."""

import asyncio
import socket
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Handler, Http1Protocol, peer_address
from gateway.server.http1.writer import AnswerWriter
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
    until,
)
from tests.server.http1.test_head import STREAMS


def get(target: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    lines = [b"GET " + target + b" HTTP/" + version, b"Host: gateway", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def bodies(found: list[Answer]) -> list[bytes]:
    return [answer.body for answer in found]


both_handlers = pytest.mark.parametrize("handler", [echo, echo_later], ids=["now", "later"])


# --- what is answered ---


@both_handlers
async def test_answers_one_after_the_other_on_one_connection(serve: Serve, handler: Handler) -> None:
    served = await serve(handler)
    reader, writer = await served.connect()
    for target in (b"/one", b"/two", b"/six"):
        writer.write(get(target))
        async with asyncio.timeout(PATIENCE_S):
            stream = await reader.readuntil(target)
        (answer,) = answers(stream)
        assert answer.headers == {b"x-peer": b"127.0.0.1", b"content-length": b"4"}
    writer.close()


@both_handlers
async def test_a_head_may_come_byte_by_byte(serve: Serve, handler: Handler) -> None:
    served = await serve(handler)
    stream = get(b"/1", b"Content-Length: 0") + get(b"/2", b"Connection: close")
    found = await served.ask(*(stream[i : i + 1] for i in range(len(stream))), eof=False)
    assert bodies(found) == [b"/1", b"/2"]


@both_handlers
async def test_pipelined_requests_are_answered_in_order(serve: Serve, handler: Handler) -> None:
    served = await serve(handler)
    targets = [b"/%d" % i for i in range(15)]
    stream = b"".join(map(get, targets)) + get(b"/last", b"Connection: close")
    assert bodies(await served.ask(stream, eof=False)) == [*targets, b"/last"]
    assert not served.faults


@both_handlers
async def test_more_pipelined_requests_than_allowed_are_refused(serve: Serve, handler: Handler) -> None:
    served = await serve(handler, Limits(max_pipelined=3))
    found = await served.ask(get(b"/x") * 9, eof=False)
    assert [answer.status for answer in found] == [200, 200, 200, 400]
    assert served.faults == ["pipelined"]


async def test_nothing_behind_a_last_request_is_read(serve: Serve) -> None:
    asked: list[bytes] = []

    def note(request: HttpRequest) -> HttpAnswer:
        asked.append(request.target)
        return HttpAnswer(status=200)

    served = await serve(note)
    for last in (
        get(b"/1", b"Connection: close"),
        get(b"/1", version=b"1.0"),
        get(b"/1", b"Connection: Upgrade", b"Upgrade: websocket"),
        get(b"/1", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AA"),
        get(b"/1", b"Upgrade: x"),
    ):
        (answer,) = await served.ask(last + get(b"/smuggled"), eof=False)
        assert (answer.status, answer.headers[b"connection"]) == (200, b"close")
    assert set(asked) == {b"/1"}
    assert not served.faults


async def test_the_handler_sees_an_upgrade_that_it_is_asked_about(serve: Serve) -> None:
    def judge(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(status=200, body=b",".join(request.values(b"upgrade")))

    served = await serve(judge)
    found = await served.ask(get(b"/", b"Connection: upgrade", b"Upgrade: websocket"), eof=False)
    assert bodies(found) == [b"websocket"]


async def test_http_1_0_closes_unless_asked_to_stay(serve: Serve) -> None:
    served = await serve(echo)
    staying = get(b"/1", b"Connection: keep-alive", version=b"1.0")
    one, two = await served.ask(staying + b"GET /2 HTTP/1.0\r\n\r\n", eof=False)
    assert one.headers[b"connection"] == b"keep-alive"
    assert two.headers[b"connection"] == b"close"


async def test_head_is_answered_without_a_body(serve: Serve) -> None:
    served = await serve(echo)
    stream = await served.say(b"HEAD /x HTTP/1.1\r\n" + HOST + b"\r\n" + get(b"/y"), eof=True)
    one, two = answers(stream, [b"HEAD", b"GET"])
    assert (one.status, one.body, two.body) == (200, b"", b"/y")


async def test_an_expectation_is_ignored(serve: Serve) -> None:
    served = await serve(echo)
    found = await served.ask(get(b"/", b"Expect: 100-continue"), get(b"/", b"Expect: 200-ok"))
    assert [answer.status for answer in found] == [200, 200]


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
    "length list": get(b"/", b"Content-Length: 0, 0"),
    "signed length": get(b"/", b"Content-Length: +0"),
    "negative length": get(b"/", b"Content-Length: -1"),
    "endless length": get(b"/", b"Content-Length: 99999999999999999999999"),
    "length and coding": get(b"/", b"Content-Length: 0", b"Transfer-Encoding: chunked"),
}

BODIES = {
    "length": get(b"/", b"Content-Length: 5"),
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
    served = await serve(echo)
    flood = [b"GET / HTTP/1.1\nHost: gateway\n\n", *[b"x" * 65_536] * 32]
    (answer,) = await served.ask(*flood, eof=True)
    assert answer.status == 400


async def test_a_refused_peer_that_stays_is_closed(serve: Serve) -> None:
    served = await serve(echo, Limits(linger_s=0.02))
    _, writer = await served.connect()
    writer.write(b"\r\n")
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: served.faults)
        await until(lambda: not served.listener.connections)
    writer.close()


# --- deadlines ---


async def test_a_slow_head_is_408_however_alive_it_looks(serve: Serve) -> None:
    served = await serve(echo, Limits(head_timeout_s=0.05))
    reader, writer = await served.connect()
    writer.write(GET)
    await reader.readuntil(b"orders")

    async def trickle() -> None:
        for i in range(len(GET)):
            writer.write(GET[i : i + 1])
            await asyncio.sleep(0.01)

    trickling = asyncio.create_task(trickle())
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    trickling.cancel()
    writer.transport.abort()
    assert answer.status == 408
    assert served.faults == ["head_timeout"]


async def test_a_connection_that_says_nothing_is_closed_in_silence(serve: Serve) -> None:
    served = await serve(echo, Limits(head_timeout_s=0.03))
    assert await served.say() == b""
    assert not served.faults


async def test_an_idle_connection_is_closed_in_silence(serve: Serve) -> None:
    served = await serve(echo, Limits(idle_timeout_s=0.03))
    assert bodies(await served.ask(get(b"/1"), eof=False)) == [b"/1"]
    assert not served.faults


async def test_requests_keep_a_connection_from_being_idle(serve: Serve) -> None:
    served = await serve(echo, Limits(idle_timeout_s=0.2, head_timeout_s=0.05))
    reader, writer = await served.connect()
    for _ in range(8):
        writer.write(get(b"/one"))
        await reader.readuntil(b"/one")
        await asyncio.sleep(0.04)
    assert served.listener.connections == 1
    writer.close()


async def test_a_handler_that_does_not_answer_is_503_and_cancelled(serve: Serve) -> None:
    cancelled = asyncio.Event()

    async def never(_: HttpRequest) -> HttpAnswer:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    served = await serve(never, Limits(answer_timeout_s=0.03))
    (answer,) = await served.ask(GET, eof=False)
    assert (answer.status, answer.headers[b"connection"]) == (503, b"close")
    assert cancelled.is_set()
    assert served.faults == ["answer_timeout"]
    assert not served.bugs


async def test_a_peer_that_takes_no_answers_is_aborted_and_holds_little(serve: Serve) -> None:
    asked: list[None] = []

    def much(_: HttpRequest) -> HttpAnswer:
        asked.append(None)
        return HttpAnswer(status=200, body=b"x" * 1_000_000)

    served = await serve(much, Limits(answer_timeout_s=0.05, max_pipelined=1_000))
    deaf = socket.create_connection(("127.0.0.1", served.listener.port))
    deaf.sendall(get(b"/") * 500)
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: asked and not served.listener.connections)
    deaf.close()
    assert len(asked) < 50


async def test_a_peer_that_takes_its_answers_slowly_gets_them_all(serve: Serve) -> None:
    served = await serve(lambda _: HttpAnswer(status=200, body=b"x" * 1_000_000))
    reader, writer = await served.connect()
    writer.write(get(b"/") * 12 + get(b"/", b"Connection: close"))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(PATIENCE_S):
        stream = await reader.read()
    assert len(answers(stream)) == 13
    writer.close()


# --- tasks ---


async def test_an_answer_that_is_there_at_once_makes_no_task(serve: Serve) -> None:
    tasks: list[int] = []

    def count(_: HttpRequest) -> HttpAnswer:
        tasks.append(len(asyncio.all_tasks()))
        return HttpAnswer(status=200)

    served = await serve(count)
    await served.ask(GET * 3)
    await asyncio.sleep(0)
    assert tasks == [tasks[0]] * 3


async def test_a_peer_that_leaves_cancels_its_request(serve: Serve) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def never(_: HttpRequest) -> HttpAnswer:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    served = await serve(never)
    _, writer = await served.connect()
    writer.write(GET)
    async with asyncio.timeout(PATIENCE_S):
        await started.wait()
        writer.close()
        await cancelled.wait()
        await until(lambda: not served.listener.connections)
    assert not served.bugs
    assert not served.faults


async def test_one_connection_waiting_does_not_hold_up_another(serve: Serve) -> None:
    release = asyncio.Event()

    async def wait(request: HttpRequest) -> HttpAnswer:
        if request.target == b"/slow":
            await release.wait()
        return echo(request)

    served = await serve(wait)
    slow = asyncio.create_task(served.ask(get(b"/slow", b"Connection: close"), eof=False))
    assert bodies(await served.ask(get(b"/x", b"Connection: close"), eof=False)) == [b"/x"]
    release.set()
    assert bodies(await slow) == [b"/slow"]


async def test_what_arrives_while_waiting_is_answered_afterwards(serve: Serve) -> None:
    served = await serve(echo_later)
    targets = [b"/%d" % i for i in range(12)]
    found = await served.ask(*map(get, targets), get(b"/end", b"Connection: close"), eof=False)
    assert bodies(found) == [*targets, b"/end"]


# --- our bugs ---


def raise_now(_: HttpRequest) -> HttpAnswer:
    raise KeyError("canary")


async def raise_later(_: HttpRequest) -> HttpAnswer:
    await asyncio.sleep(0)
    raise KeyError("canary")


async def leak_a_cancellation(_: HttpRequest) -> HttpAnswer:
    raise asyncio.CancelledError


async def answer_nothing(_: HttpRequest) -> HttpAnswer:
    return None  # type: ignore[return-value]


def split_the_answer(_: HttpRequest) -> HttpAnswer:
    return HttpAnswer(status=200, headers=((b"x", b"canary\r\nset-cookie: a=b"),))


async def split_the_answer_later(request: HttpRequest) -> HttpAnswer:
    return split_the_answer(request)


@pytest.mark.parametrize(
    "handler",
    [
        raise_now,
        raise_later,
        leak_a_cancellation,
        answer_nothing,
        lambda _: None,
        split_the_answer,
        split_the_answer_later,
        lambda _: HttpAnswer(status=101),
    ],
)
async def test_a_bug_is_one_constant_500_and_the_end(
    serve: Serve, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve(handler)
    (answer,) = await served.ask(GET * 2, eof=False)
    assert answer == Answer(
        status=500,
        headers={b"cache-control": b"no-store", b"content-length": b"0", b"connection": b"close"},
        body=b"",
    )
    assert len(served.bugs) == 1
    assert not served.faults
    assert not caplog.records


# --- the other end ---


@pytest.mark.parametrize(
    ("peername", "name"),
    [
        (("192.0.2.1", 4), "192.0.2.1"),
        (("2001:db8::1", 4, 0, 0), "2001:db8::1"),
        (("fe80::1%eth0", 4, 0, 2), "fe80::1"),
        (("::ffff:192.0.2.1", 4, 0, 0), "::ffff:192.0.2.1"),
        ("", "unix"),
        ("/run/proxy.sock", "unix"),
        (b"\0abstract", "unix"),
        (None, None),
    ],
)
def test_names_the_other_end(peername: object, name: str | None) -> None:
    assert peer_address(peername) == name


async def test_serves_a_unix_socket() -> None:
    def connection() -> Http1Protocol:
        return Http1Protocol(
            echo,
            limits=Limits(),
            connections=Connections(9),
            on_malformed=pytest.fail,
            on_bug=lambda bug: pytest.fail(repr(bug)),
            writer=AnswerWriter(),
        )

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "s")
        server = await asyncio.get_running_loop().create_unix_server(connection, path)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(get(b"/x", b"Connection: close"))
        async with asyncio.timeout(PATIENCE_S):
            (answer,) = answers(await reader.read())
        writer.close()
        server.close()
    assert answer.headers[b"x-peer"] == b"unix"


# --- any bytes at all ---


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
