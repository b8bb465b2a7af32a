"""Requests in, answers out, in order, over real sockets."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Handler, Http1Protocol
from gateway.server.http1.writer import AnswerWriter
from tests.server.http1.served import (
    GET,
    HOST,
    PATIENCE_S,
    Answer,
    Serve,
    answers,
    bodies,
    echo,
    echo_later,
    get,
    until,
)

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
async def test_a_connection_has_no_last_request(serve: Serve, handler: Handler) -> None:
    served = await serve(handler, Limits(max_pipelined=1))
    reader, writer = await served.connect()
    for _ in range(40):
        writer.write(get(b"/one"))
        async with asyncio.timeout(PATIENCE_S):
            await reader.readuntil(b"/one")
    assert not served.faults
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


async def test_a_last_answer_survives_what_the_peer_sends_behind_its_request(serve: Serve) -> None:
    served = await serve(echo)
    last = get(b"/last", b"Connection: close")
    for _ in range(20):
        assert bodies(await served.ask(last, *[b"x" * 1_000] * 5, eof=False)) == [b"/last"]
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


def leak_a_cancellation_now(_: HttpRequest) -> HttpAnswer:
    raise asyncio.CancelledError


async def answer_nothing(_: HttpRequest) -> HttpAnswer:
    return None  # type: ignore[return-value]


def split_the_answer(_: HttpRequest) -> HttpAnswer:
    return HttpAnswer(status=200, headers=((b"x", b"canary\r\nset-cookie: a=b"),))


async def split_the_answer_later(request: HttpRequest) -> HttpAnswer:
    return split_the_answer(request)


@pytest.mark.parametrize("stream", [GET, GET * 2], ids=["whole head", "two heads"])
@pytest.mark.parametrize(
    "handler",
    [
        raise_now,
        raise_later,
        leak_a_cancellation,
        leak_a_cancellation_now,
        answer_nothing,
        lambda _: None,
        split_the_answer,
        split_the_answer_later,
        lambda _: HttpAnswer(status=101),
    ],
)
async def test_a_bug_is_one_constant_500_and_the_end(
    serve: Serve, handler: Handler, stream: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve(handler)
    (answer,) = await served.ask(stream, eof=False)
    assert answer == Answer(
        status=500,
        headers={b"cache-control": b"no-store", b"content-length": b"0", b"connection": b"close"},
        body=b"",
    )
    assert len(served.bugs) == 1
    assert not served.faults
    assert not caplog.records


# --- the other end ---


async def test_serves_a_unix_socket() -> None:
    def connection() -> Http1Protocol:
        return Http1Protocol(
            echo,
            limits=Limits(),
            connections=Connections(Limits(), lambda _: True),
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
