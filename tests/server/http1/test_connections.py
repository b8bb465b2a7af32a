"""Connections are bounded, and let go of in an orderly way."""

import asyncio

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from tests.server.http1.served import GET, PATIENCE_S, Serve, answers, echo, until


class Idle:
    def __init__(self, held: Connections) -> None:
        self.held = held

    def retire(self) -> None:
        self.held.remove(self)

    def abort(self) -> None:
        raise AssertionError


class Stuck(Idle):
    def retire(self) -> None:
        pass

    def abort(self) -> None:
        self.held.remove(self)


async def test_counts_and_knows_when_it_is_full() -> None:
    held = Connections(2)
    one, two = Idle(held), Idle(held)
    held.add(one)
    assert (len(held), held.full) == (1, False)
    held.add(two)
    assert (len(held), held.full) == (2, True)
    held.remove(one)
    held.remove(one)
    assert (len(held), held.full) == (1, False)


async def test_drain_retires_all_and_aborts_who_stays() -> None:
    held = Connections(9)
    for connection in (Idle(held), Stuck(held), Idle(held)):
        held.add(connection)
    await held.drain(0.01)
    assert len(held) == 0
    assert held.draining


async def test_drain_of_nothing_is_immediate() -> None:
    await Connections(1).drain(60)


async def test_one_connection_too_many_is_aborted_and_counted(serve: Serve) -> None:
    served = await serve(echo, Limits(max_connections=1))
    _, first = await served.connect()
    first.write(GET)
    await until(lambda: served.listener.connections == 1)
    reader, second = await served.connect()
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""
    assert served.faults == ["connections"]
    second.close()
    first.close()
    await until(lambda: not served.listener.connections)
    assert [a.status for a in await served.ask(GET)] == [200]


async def test_drain_closes_idle_connections_at_once(serve: Serve) -> None:
    served = await serve(echo)
    kept = await served.connect()
    kept[1].write(GET)
    await kept[0].readuntil(b"orders")
    fresh = await served.connect()
    await until(lambda: served.listener.connections == 2)
    async with asyncio.timeout(PATIENCE_S):
        await served.listener.drain(60)
        for reader, writer in (kept, fresh):
            assert await reader.read() == b""
            writer.close()
    assert served.listener.connections == 0


async def test_drain_lets_an_answer_under_way_finish_and_says_close(serve: Serve) -> None:
    release = asyncio.Event()

    async def wait(request: HttpRequest) -> HttpAnswer:
        await release.wait()
        return echo(request)

    served = await serve(wait)
    reader, writer = await served.connect()
    writer.write(GET)
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: served.listener.connections)
        await asyncio.sleep(0.01)
        draining = asyncio.create_task(served.listener.drain(60))
        await asyncio.sleep(0.01)
        assert not draining.done()
        release.set()
        (answer,) = answers(await reader.read())
        writer.close()
        await draining
    assert answer.headers[b"connection"] == b"close"
    assert answer.body == b"/auth/nginx/orders"


async def test_drain_answers_a_head_that_had_begun(serve: Serve) -> None:
    served = await serve(echo)
    reader, writer = await served.connect()
    writer.write(GET[:20])
    await asyncio.sleep(0.02)
    draining = asyncio.create_task(served.listener.drain(60))
    await asyncio.sleep(0)
    writer.write(GET[20:])
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
        writer.close()
        await draining
    assert (answer.status, answer.headers[b"connection"]) == (200, b"close")


async def test_drain_aborts_at_its_limit_and_cancels_the_handler(serve: Serve) -> None:
    cancelled = asyncio.Event()

    async def never(_: HttpRequest) -> HttpAnswer:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    served = await serve(never)
    reader, writer = await served.connect()
    writer.write(GET)
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: served.listener.connections)
        await asyncio.sleep(0.01)
        await served.listener.drain(0.01)
        await cancelled.wait()
        assert await reader.read() == b""
    assert not served.bugs
    writer.close()


async def test_a_drained_address_refuses(serve: Serve) -> None:
    served = await serve(echo)
    port = served.listener.port
    await served.listener.drain(0)
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return
    raise AssertionError
