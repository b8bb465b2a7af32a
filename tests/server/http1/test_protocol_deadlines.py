"""Peers and handlers that take too long."""

import asyncio
import gc
import socket
import time

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Http1Protocol
from tests.server.http1.served import (
    GET,
    PATIENCE_S,
    Serve,
    answers,
    bodies,
    echo,
    get,
    until,
)


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


async def test_nobody_is_late_because_we_stood_still(serve: Serve) -> None:
    """By the clock of these tests: by another each of them would be red now and then."""
    served = await serve(echo, Limits(head_timeout_s=0.05))
    reader, writer = await served.connect()
    await until(lambda: served.listener.connections)
    time.sleep(0.2)  # noqa: ASYNC251 - the loop is to be kept
    writer.write(get(b"/", b"Connection: close"))
    async with asyncio.timeout(PATIENCE_S):
        assert bodies(answers(await reader.read())) == [b"/"]
    writer.close()


async def test_a_connection_that_says_nothing_is_closed_in_silence(serve: Serve) -> None:
    served = await serve(echo, Limits(head_timeout_s=0.03))
    assert await served.say() == b""
    assert not served.faults


async def test_an_idle_connection_is_closed_in_silence(serve: Serve) -> None:
    served = await serve(echo, Limits(idle_timeout_s=0.03))
    assert bodies(await served.ask(get(b"/1"), eof=False)) == [b"/1"]
    assert not served.faults


@pytest.mark.long
async def test_requests_keep_a_connection_from_being_idle(serve: Serve) -> None:
    served = await serve(echo, Limits(idle_timeout_s=0.3, head_timeout_s=0.05))
    reader, writer = await served.connect()
    for _ in range(9):
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
    deaf = socket.create_connection(("127.0.0.1", served.listener.port), timeout=PATIENCE_S)
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


async def test_a_last_answer_that_nobody_takes_does_not_hold_the_connection(serve: Serve) -> None:
    def much(_: HttpRequest) -> HttpAnswer:
        return HttpAnswer(status=200, body=b"x" * 20_000_000)

    served = await serve(much, Limits(answer_timeout_s=0.05))
    deaf = socket.create_connection(("127.0.0.1", served.listener.port), timeout=PATIENCE_S)
    deaf.sendall(get(b"/", b"Connection: close"))
    await until(lambda: served.listener.connections)
    await until(lambda: not served.listener.connections)
    deaf.close()


async def test_a_closed_connection_leaves_nothing_behind_not_even_a_timer(serve: Serve) -> None:
    gc.freeze()  # what other tests have left is not looked through
    served = await serve(echo)
    for _ in range(3):
        await served.ask(get(b"/", b"Connection: close"), eof=False)
    await until(lambda: not served.listener.connections)
    gc.collect()
    assert not [held for held in gc.get_objects() if isinstance(held, Http1Protocol)]
