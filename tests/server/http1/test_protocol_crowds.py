"""What many connections together may hold, and what each leaves behind."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender
from gateway.server.listener import Listener, listen
from tests.server.http1.served import GET, PATIENCE_S, Serve, Served, answers, echo, get, until

HALF = b"GET / HTTP/1.1\r\nHost: h\r\nX-Filler: "


async def test_heads_that_never_end_make_room_for_the_next(serve: Serve) -> None:
    served = await serve(echo, Limits(unread_bytes=10_000))
    halves = [await served.connect() for _ in range(8)]
    for _, writer in halves:
        writer.write(HALF + b"a" * 3_000)
        await writer.drain()
    await until(lambda: served.listener.connections == 3)
    assert served.faults == ["unread"] * 5
    assert [a.status for a in await served.ask(GET)] == [200]
    assert served.listener.connections >= 3
    for _, writer in halves:
        writer.transport.abort()
    await until(lambda: not served.listener.connections)


async def test_a_good_head_in_pieces_gets_through_a_crowd(serve: Serve) -> None:
    served = await serve(echo, Limits(unread_bytes=10_000))
    crowd = [await served.connect() for _ in range(5)]
    reader, good = await served.connect()
    long = get(b"/good", b"X-Filler: " + b"a" * 4_000)
    good.write(long[:2_000])
    await good.drain()
    for _, writer in crowd[:2]:
        writer.write(HALF + b"a" * 3_000)
    good.write(long[2_000:])
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"/good")
    for _, writer in (*crowd, (reader, good)):
        writer.transport.abort()


async def test_what_arrives_behind_a_request_that_waits_counts_as_well(serve: Serve) -> None:
    never = asyncio.Event()

    async def wait(request: HttpRequest) -> HttpAnswer:
        await never.wait()
        return echo(request)

    served = await serve(wait, Limits(unread_bytes=100_000))
    held = [await served.connect() for _ in range(4)]
    for _, writer in held:
        writer.write(GET)
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(b"x" * 60_000)
    await until(lambda: served.faults == ["unread"] * 3)
    never.set()  # a socket that is not read does not tell that its peer has gone
    for _, writer in held:
        writer.transport.abort()
    await until(lambda: not served.listener.connections)


async def test_what_comes_with_a_request_that_waits_counts_as_well(serve: Serve) -> None:
    never = asyncio.Event()

    async def wait(request: HttpRequest) -> HttpAnswer:
        await never.wait()
        return echo(request)

    served = await serve(wait, Limits(unread_bytes=50_000))
    held = [await served.connect() for _ in range(3)]
    for _, writer in held:
        writer.write(GET + b"x" * 30_000)
        await writer.drain()
    await until(lambda: served.faults == ["unread"] * 2)
    never.set()
    for _, writer in held:
        writer.transport.abort()
    await until(lambda: not served.listener.connections)


async def test_requests_that_were_answered_do_not_count(serve: Serve) -> None:
    """Of a stream that always ends within a head, only that head is held."""
    served = await serve(echo, Limits(unread_bytes=1_000))
    reader, writer = await served.connect()
    stream = GET * 200
    cut = len(GET) // 2
    writer.write(stream[:cut])
    for start in range(cut, len(stream), len(GET)):
        writer.write(stream[start : start + len(GET)])
        async with asyncio.timeout(PATIENCE_S):
            await reader.readuntil(b"orders")
    assert served.faults == []
    writer.transport.abort()


async def test_a_reader_that_forgot_holds_nothing_and_is_gone_without_a_collection() -> None:
    reader = HeadReader(sender=Sender(""), limits=Limits())
    reader.feed(HALF + b"a" * 1_000)
    assert reader.next() is None
    gc.disable()
    try:
        reader.forget()
        assert reader.empty
        assert sys.getrefcount(reader) == 2  # the variable, and the argument
    finally:
        gc.enable()


@pytest.fixture
async def choosy() -> AsyncIterator[Served]:
    """A listener that knows 127.0.0.1 and nobody else."""
    served = Served()
    served.listener = await listen(
        echo,
        host="127.0.0.1",
        port=0,
        limits=Limits(max_connections=8, max_strangers=2),
        knows=lambda peer: peer == "127.0.0.1",
        on_malformed=served.faults.append,
    )
    yield served
    await served.listener.drain(0)


async def stranger(listener: Listener) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", listener.port, local_addr=("127.0.0.2", 0))


async def test_strangers_cannot_take_the_places_of_those_who_are_known(choosy: Served) -> None:
    strangers = [await stranger(choosy.listener) for _ in range(9)]
    await until(lambda: choosy.faults == ["connections"] * 7)
    strangers[0][1].write(GET)
    async with asyncio.timeout(PATIENCE_S):
        await strangers[0][0].readuntil(b"orders")  # those who are in are answered as anybody
    assert [a.status for a in answers(await choosy.say(GET, eof=True))] == [200]
    for _, writer in strangers:
        writer.transport.abort()
