"""Connections are bounded, and let go of in an orderly way."""

import asyncio

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from tests.server.http1.served import GET, PATIENCE_S, Serve, answers, echo, until


class Idle:
    def __init__(self, held: Connections) -> None:
        self.held = held
        self.given_up = False

    def retire(self) -> None:
        self.held.remove(self)

    def abort(self) -> None:
        raise AssertionError

    def give_up_unread(self) -> None:
        self.given_up = True

    def hold(self) -> None:
        raise AssertionError

    def go_on(self) -> None:
        raise AssertionError


class Stuck(Idle):
    def retire(self) -> None:
        pass

    def abort(self) -> None:
        self.held.remove(self)


def only_friends(peer: str) -> bool:
    return peer == "friend"


async def test_counts_and_knows_when_it_is_full() -> None:
    held = Connections(Limits(max_connections=2), only_friends)
    one, two = Idle(held), Idle(held)
    assert held.add(one, "friend")
    assert held.add(two, "friend")
    assert (len(held), held.add(Idle(held), "friend")) == (2, False)
    held.remove(one)
    held.remove(one)
    assert (len(held), held.add(one, "friend")) == (1, True)


async def test_where_the_newest_wins_the_oldest_goes() -> None:
    held = Connections(Limits(max_connections=2, newest_wins=True), only_friends)
    gone: list[str] = []

    class Named(Stuck):
        def abort(self) -> None:
            gone.append(self.name)

        name = ""

    for name in "abc":
        connection = Named(held)
        connection.name = name
        assert held.add(connection, "friend")
    assert (gone, len(held)) == (["a"], 2)


async def test_strangers_share_a_few_places_and_leave_the_others_theirs() -> None:
    held = Connections(Limits(max_connections=9, max_strangers=2), only_friends)
    strangers = [Idle(held) for _ in range(5)]
    assert [held.add(one, "198.51.100.7") for one in strangers] == [True, True, False, False, False]
    assert all(held.add(Idle(held), "friend") for _ in range(7))
    assert not held.add(Idle(held), "friend")
    held.remove(strangers[0])
    assert held.add(strangers[4], "198.51.100.8")


async def test_the_oldest_heads_make_room_for_the_others() -> None:
    held = Connections(Limits(unread_bytes=100), only_friends)
    old, middle, new = Idle(held), Idle(held), Idle(held)
    held.hold_unread(old, 1)
    held.hold_unread(middle, 60)
    held.hold_unread(new, 30)
    held.hold_unread(old, 9)
    assert not old.given_up
    held.hold_unread(new, 40)  # 109 in all
    assert (old.given_up, middle.given_up, new.given_up) == (True, False, False)
    held.remove(middle)
    held.hold_unread(middle, 60)
    assert not middle.given_up
    held.hold_unread(middle, 0)
    held.hold_unread(new, 101)
    assert new.given_up


async def test_drain_retires_all_and_aborts_who_stays() -> None:
    held = Connections(Limits(), only_friends)
    for connection in (Idle(held), Stuck(held), Idle(held)):
        held.add(connection, "friend")
    await held.drain(0.01)
    assert len(held) == 0
    assert held.draining


async def test_drain_of_nothing_is_immediate() -> None:
    await Connections(Limits(), only_friends).drain(60)


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
