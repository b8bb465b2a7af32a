"""While a listener is paused no request is taken, none is lost, and nobody is sent away for waiting."""

import asyncio
from contextlib import suppress

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.limits import Limits
from tests.server.http1.served import PATIENCE_S, Serve, bodies, echo, get, until
from tests.server.http1.served import answers as read_answers

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]
NOT_YET_S = 0.1


async def silent(*peers: Peer) -> bool:
    """Whether none of them hears anything for a while; what is heard is lost."""
    heard = await asyncio.gather(
        *(asyncio.wait_for(reader.read(1), NOT_YET_S) for reader, _ in peers), return_exceptions=True
    )
    return all(isinstance(each, TimeoutError) for each in heard)


async def rest(peer: Peer) -> list[bytes]:
    async with asyncio.timeout(PATIENCE_S):
        found = bodies(read_answers(await peer[0].read()))
    peer[1].close()
    return found


@pytest.mark.long
async def test_who_asks_in_a_pause_is_answered_after_it(serve: Serve) -> None:
    served = await serve(echo)
    before, half = await served.connect(), await served.connect()
    half[1].write(get(b"/half")[:-4])
    await until(lambda: served.listener.connections == 2)
    await asyncio.sleep(0.01)
    served.listener.pause()
    new = await served.connect()
    for (_, writer), stream in (
        (before, get(b"/one") + get(b"/two", b"Connection: close")),
        (half, get(b"/half")[-4:] + get(b"/end", b"Connection: close")),
        (new, get(b"/new", b"Connection: close")),
    ):
        writer.write(stream)
    assert await silent(before, half, new)
    served.listener.resume()
    assert await rest(before) == [b"/one", b"/two"]
    assert await rest(half) == [b"/half", b"/end"]
    assert await rest(new) == [b"/new"]
    assert not served.faults
    assert not served.bugs


@pytest.mark.long
async def test_an_answer_under_way_is_given_and_the_next_request_waits(serve: Serve) -> None:
    ready = asyncio.Event()

    async def slow(request: HttpRequest) -> HttpAnswer:
        await ready.wait()
        return echo(request)

    served = await serve(slow)
    one, other = await served.connect(), await served.connect()
    for _, writer in (one, other):
        writer.write(get(b"/one"))
    await until(lambda: served.listener.connections == 2)
    await asyncio.sleep(0.01)
    served.listener.pause()
    one[1].write(get(b"/two", b"Connection: close"))
    ready.set()
    async with asyncio.timeout(PATIENCE_S):
        for reader, _ in (one, other):
            await reader.readuntil(b"/one")
    assert await silent(one)
    served.listener.resume()
    assert await rest(one) == [b"/two"]
    other[1].write(get(b"/end", b"Connection: close"))
    assert await rest(other) == [b"/end"]


async def test_the_first_that_goes_on_may_bring_the_next_pause(serve: Serve) -> None:
    taken: list[bytes] = []

    def once(request: HttpRequest) -> HttpAnswer:
        taken.append(request.target)
        served.listener.pause()
        return echo(request)

    served = await serve(once)
    served.listener.pause()
    peers = [await served.connect() for _ in range(3)]
    for _, writer in peers:
        writer.write(get(b"/a") + get(b"/b", b"Connection: close"))
    for count in range(1, 7):
        served.listener.resume()
        await until(lambda count=count: len(taken) == count)  # type: ignore[misc]
    assert sorted(taken) == [b"/a"] * 3 + [b"/b"] * 3
    assert [await rest(peer) for peer in peers] == [[b"/a", b"/b"]] * 3


@pytest.mark.long
async def test_a_pause_costs_nobody_its_connection_by_a_deadline(serve: Serve) -> None:
    served = await serve(echo, Limits(head_timeout_s=0.02, idle_timeout_s=0.02))
    served.listener.pause()
    peer = await served.connect()
    peer[1].write(get(b"/late", b"Connection: close"))
    assert await silent(peer)
    served.listener.resume()
    assert await rest(peer) == [b"/late"]
    assert not served.faults


async def test_a_paused_listener_drains_and_decides_nothing(serve: Serve) -> None:
    asked: list[HttpRequest] = []

    def note(request: HttpRequest) -> HttpAnswer:
        asked.append(request)
        return echo(request)

    served = await serve(note)
    served.listener.pause()
    peer = await served.connect()
    peer[1].write(get(b"/never"))
    await until(lambda: served.listener.connections == 1)
    await served.listener.drain(0.05)
    with suppress(ConnectionError):
        assert await peer[0].read() == b""
    peer[1].transport.abort()
    assert asked == []
