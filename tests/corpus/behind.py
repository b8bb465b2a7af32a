"""What did a backend get? One on loopback that answers each request with the bytes of its head."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast


class _Backend(asyncio.Protocol):
    """One connection of the edge's."""

    _transport: asyncio.Transport
    _held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        head, end, self._held = (self._held + data).partition(b"\r\n\r\n")
        if not end:
            self._held = head
        elif head.startswith(b"HEAD "):
            self._transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(head), head))


@asynccontextmanager
async def behind() -> AsyncIterator[int]:
    """Give its port."""
    server = await asyncio.get_running_loop().create_server(_Backend, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
