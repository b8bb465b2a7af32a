"""Bodies of any size, both ways, through buffers that are bounded."""

import asyncio
from dataclasses import replace
from typing import cast

from gateway.server.edge.client import EdgeConnection
from gateway.server.edge.limits import CLIENT, EdgeLimits
from gateway.tls.client import Trust
from tests.server.edge.edged import (
    GET,
    PATIENCE_S,
    Edged,
    Peer,
    StartBackend,
    StartEdge,
    answers,
    asks,
    until,
)

BIG = 30 * 1024 * 1024
READ = 256 * 1024
"""What a loop reads at once."""
TINY = EdgeLimits(client=CLIENT.__class__(max_strangers=10, unsent_bytes=1024), buffer_bytes=1024)
BOUND = 1024 + READ + 1024


def held(edged: Edged) -> int:
    """Octets in our buffers, of all connections."""
    octets = 0
    for one in edged.listener._connections._open:
        client = cast("EdgeConnection", one)
        octets = max(octets, client._transport.get_write_buffer_size(), client._reader.unread)
    for server in edged.upstreams["backend"].servers:
        for used in server._open:
            octets = max(octets, used.transport.get_write_buffer_size())
    return octets


async def most_held(edged: Edged) -> int:
    """At any time of some, for the kernel's own buffers grow."""
    most = 0
    for _ in range(50):
        most = max(most, held(edged))
        await asyncio.sleep(0.001)
    return most


async def test_a_large_answer_waits_for_a_slow_reader(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BIG)
        for _ in range(BIG // READ):
            await peer.say(b"x" * READ)
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind, limits=TINY)
    reader, writer = await edged.connect()
    cast("asyncio.Transport", writer.transport).pause_reading()
    writer.write(GET)
    await until(lambda: behind.peers and unsent(behind.peers[0].writer) and held(edged))
    assert 0 < await most_held(edged) <= BOUND
    cast("asyncio.Transport", writer.transport).resume_reading()
    async with asyncio.timeout(30):
        await reader.readuntil(b"\r\n\r\n")
        assert len(await reader.readexactly(BIG)) == BIG
    writer.close()


async def test_a_large_body_waits_for_a_slow_server(edge: StartEdge, backend: StartBackend) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.head()
        await go.wait()
        await peer.reader.readexactly(BIG - len(peer.seen) + peer._read)
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    edged = await edge(await backend(script), limits=TINY)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: %d" % BIG, b"Connection: close"))
    sending = asyncio.create_task(_send(writer))
    await until(lambda: unsent(writer) and held(edged))
    assert 0 < await most_held(edged) <= BOUND
    go.set()
    async with asyncio.timeout(30):
        (answer,) = answers(await reader.read())
        await sending
    assert answer.body == b"done"
    writer.close()


async def test_a_client_that_leaves_after_a_large_body_is_missed(
    edge: StartEdge, backend: StartBackend
) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.head()
        await go.wait()
        await peer.reader.readexactly(BIG - len(peer.seen) + peer._read)
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind, limits=TINY)
    _, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: %d" % BIG))
    sending = asyncio.create_task(_send(writer))
    await until(lambda: unsent(writer) and held(edged))
    go.set()
    await sending
    await until(lambda: not unsent(writer) and not held(edged))
    writer.transport.abort()
    await until(lambda: behind.peers[0].ended)


async def test_a_body_that_comes_before_its_server_is_held_and_bounded(
    edge: StartEdge, backend: StartBackend
) -> None:
    go = asyncio.Event()

    async def shakes_no_hand(peer: Peer) -> None:
        await go.wait()

    behind = await backend(shakes_no_hand)
    edged = await edge(replace(behind.server, trust=Trust()), limits=TINY)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: %d" % BIG))
    sending = asyncio.create_task(_send(writer))
    await until(lambda: unsent(writer) and held(edged))
    assert 0 < await most_held(edged) <= BOUND
    go.set()
    async with asyncio.timeout(30):
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 502 ")
    sending.cancel()
    writer.transport.abort()


def unsent(writer: asyncio.StreamWriter) -> int:
    return writer.transport.get_write_buffer_size()


async def _send(writer: asyncio.StreamWriter) -> None:
    for _ in range(BIG // READ):
        writer.write(b"x" * READ)
        await writer.drain()


async def test_a_client_that_takes_nothing_is_let_go(edge: StartEdge, backend: StartBackend) -> None:
    async def pours(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await peer.say(b"x" * READ)

    limits = EdgeLimits(client=CLIENT.__class__(answer_timeout_s=0.05, unsent_bytes=1024))
    behind = await backend(pours)
    edged = await edge(behind, limits=limits)
    _, writer = await edged.connect()
    cast("asyncio.Transport", writer.transport).pause_reading()
    writer.write(GET)
    await until(lambda: edged.listener.connections)
    async with asyncio.timeout(PATIENCE_S):
        await until(lambda: not edged.listener.connections)
    await until(lambda: not edged.upstreams["backend"].servers[0].open)
    writer.transport.abort()
