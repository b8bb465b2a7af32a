"""Who waits when the other end takes nothing, and how much is under way meanwhile?

The kernel's own buffers hold megabytes on each of the two connections. A transfer is many times as long.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.edge.raw_request import request
from tests.edge.stack import edge_before
from tests.edge.streams import MIB, memory, peak_memory
from tests.server.edge.edged import Backend, Peer

pytestmark = pytest.mark.wire

SIZE: Final = 192 * MIB
UNDER_WAY: Final = 64 * MIB
HELD: Final = 24 * MIB
"""Of that, what the gateway may hold itself."""
PIECE: Final = bytes(range(256)) * 1024


async def stalled(count: Callable[[], int]) -> int:
    """The count, once it does not grow any more."""
    before, same = -1, 0
    while same < 20:
        await asyncio.sleep(0.05)
        same = same + 1 if count() == before else 0
        before = count()
    return before


async def read_all(reader: asyncio.StreamReader) -> int:
    """How many octets come until the end, each of them in its place."""
    size = 0
    while octets := await reader.read(MIB):
        at = size % len(PIECE)
        assert octets == (PIECE * (2 + len(octets) // len(PIECE)))[at : at + len(octets)]
        size += len(octets)
    return size


async def test_a_client_that_takes_nothing_has_the_server_wait(tmp_path: Path) -> None:
    written = 0

    async def pour(peer: Peer) -> None:
        nonlocal written
        await peer.head()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        for _ in range(SIZE // len(PIECE)):
            await peer.say(PIECE)
            written += len(PIECE)

    server = Backend(pour)
    await server.start()
    with edge_before(tmp_path, {"raw": server.port}) as gateway:
        before = memory(gateway.program.pid)
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.edge_port)
        writer.write(request("raw", b"GET /v1/x HTTP/1.1", b"Connection: close"))
        await reader.readuntil(b"\r\n\r\n")
        assert 0 < await stalled(lambda: written) < UNDER_WAY
        assert await read_all(reader) == SIZE
        assert peak_memory(gateway.program.pid) - before < HELD
        writer.close()
    await server.stop()


async def test_a_server_that_takes_nothing_has_the_client_wait(tmp_path: Path) -> None:
    takes, taken, written = asyncio.Event(), 0, 0

    async def sink(peer: Peer) -> None:
        nonlocal taken
        await peer.head()
        await takes.wait()
        taken = len(peer.seen) - peer.seen.index(b"\r\n\r\n") - 4
        peer.seen.clear()
        taken += await read_exactly(peer, SIZE - taken)
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def read_exactly(peer: Peer, size: int) -> int:
        left = size
        while left and (octets := await peer.reader.read(MIB)):
            at = (SIZE - left) % len(PIECE)
            assert octets == (PIECE * (2 + len(octets) // len(PIECE)))[at : at + len(octets)]
            left -= len(octets)
        return size - left

    server = Backend(sink)
    await server.start()
    with edge_before(tmp_path, {"raw": server.port}) as gateway:
        before = memory(gateway.program.pid)
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.edge_port)
        writer.write(
            request("raw", b"POST /v1/x HTTP/1.1", b"Content-Length: %d" % SIZE, b"Connection: close")
        )

        async def pour() -> None:
            nonlocal written
            for _ in range(SIZE // len(PIECE)):
                writer.write(PIECE)
                await writer.drain()
                written += len(PIECE)

        pouring = asyncio.create_task(pour())
        assert 0 < await stalled(lambda: written) < UNDER_WAY
        takes.set()
        await pouring
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        assert taken == SIZE
        assert peak_memory(gateway.program.pid) - before < HELD
        writer.close()
    await server.stop()
