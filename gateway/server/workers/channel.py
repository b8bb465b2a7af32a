"""How does a message get from one process to the other?

Over one stream socket that both were born with; each message after its length.
"""

import asyncio
import socket
from typing import Final

from gateway.server.workers.messages import Message, decode, encode

MAX_MESSAGE_BYTES: Final = 1 << 28
"""A thousand configuration files of 1 MiB do not fit, and would not fit a process's memory either."""
MAX_WAITING_BYTES: Final = 1 << 28
_LENGTH: Final = 4


class Channel:
    """One end. Made by `open_channel`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, message: Message) -> None:
        """Send, in order. Never waits: who does not read for too long is cut off."""
        if self._writer.is_closing():
            return
        body = encode(message)
        self._writer.write(len(body).to_bytes(_LENGTH, "big") + body)
        if self._writer.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            self._writer.transport.abort()

    async def receive(self) -> Message | None:
        """Give the next message; None where the other end is gone, or talks nonsense."""
        try:
            size = int.from_bytes(await self._reader.readexactly(_LENGTH), "big")
            if size > MAX_MESSAGE_BYTES:
                return None
            return decode(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, OSError, ValueError):
            return None

    async def close(self, timeout_s: float) -> None:
        """Send what waits, for at most `timeout_s`, and be closed."""
        try:
            async with asyncio.timeout(timeout_s):
                self._writer.close()
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            self._writer.transport.abort()


async def open_channel(end: socket.socket) -> Channel:
    """Take over one end of a socket pair."""
    end.setblocking(False)  # noqa: FBT003 - its only parameter
    return Channel(*await asyncio.open_connection(sock=end))
