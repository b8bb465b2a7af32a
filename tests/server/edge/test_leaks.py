"""Clients and servers that leave at any moment leave nothing behind."""

import asyncio
import random

from gateway.dialects.wire import Forward, HttpRequest
from gateway.server.edge.limits import EdgeLimits
from tests.server.edge.edged import Peer, StartBackend, StartEdge, asks, chunked, forward, get, post, until

STREAMS = (
    get(b"/"),
    get(b"/") * 3,
    post(b"/", b"x" * 3000),
    chunked(b"/", b"bb8\r\n" + b"x" * 3000 + b"\r\n0\r\n\r\n"),
    asks(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue"),
    get(b"/ws", b"Connection: Upgrade", b"Upgrade: websocket"),
)
SAYS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello",
    b"HTTP/1.1 103 X\r\n\r\n",
    b"",
)


async def test_whoever_leaves_whenever_nothing_is_left(edge: StartEdge, backend: StartBackend) -> None:
    dice = random.Random(7)

    async def script(peer: Peer) -> None:
        while True:
            await peer.head()
            said = dice.choice(SAYS)
            await peer.say(said[: dice.randrange(len(said) + 1)] if dice.random() < 0.3 else said)
            if dice.random() < 0.3:
                peer.reset()
                return

    async def handler(request: HttpRequest) -> Forward:
        await asyncio.sleep(dice.random() / 500)
        return forward(request)._replace(upgrade=b"websocket" if request.values(b"upgrade") else None)

    limits = EdgeLimits(first_byte_s=0.1, upstream_idle_s=0.1, body_idle_s=0.1, keepalive_s=0.05)
    edged = await edge(await backend(script), await backend(script), handler=handler, limits=limits)
    before = len(asyncio.all_tasks())

    async def client() -> None:
        reader, writer = await edged.connect()
        stream = dice.choice(STREAMS)
        try:
            writer.write(stream[: dice.randrange(len(stream) + 1)])
            await asyncio.sleep(dice.random() / 100)
            if dice.random() < 0.5:
                writer.write(stream)
                await asyncio.sleep(dice.random() / 100)
            if dice.random() < 0.3 and not reader.at_eof():
                writer.write_eof()
                await asyncio.sleep(dice.random() / 100)
        finally:
            writer.transport.abort()

    for _ in range(10):
        await asyncio.gather(*(client() for _ in range(20)), return_exceptions=True)
    servers = edged.upstreams["backend"].servers
    await until(lambda: not edged.listener.connections)
    await until(lambda: not sum(server.outstanding for server in servers))
    await until(lambda: not sum(server.open for server in servers))
    # The backends' own connections end with ours; each of them is a task of the test.
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert not edged.bugs
