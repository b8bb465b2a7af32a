"""How is a WebSocket's frame written (RFC 6455 section 5), a wrong one as well?"""

import asyncio
import base64
import hashlib
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from tests.edge.raw_request import request

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
KEY: Final = b"dGhlIHNhbXBsZSBub25jZQ=="
MASK: Final = b"\x37\xfa\x21\x3d"
HANDSHAKE: Final = (
    *(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"),
    b"Sec-WebSocket-Key: " + KEY,
)


def accept_of(key: bytes) -> bytes:
    """RFC 6455 section 4.2.2."""
    text = key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return base64.b64encode(hashlib.sha1(text, usedforsecurity=False).digest())


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = MASK,
    wide: int = 0,
) -> bytes:
    """One frame; `wide` writes its length in more octets than it needs."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    masked = 0x80 if mask is not None else 0
    size = len(payload)
    if size > 0xFFFF or wide == 8:
        head = struct.pack("!BBQ", first, masked | 127, size)
    elif size > 125 or wide == 2:
        head = struct.pack("!BBH", first, masked | 126, size)
    else:
        head = struct.pack("!BB", first, masked | size)
    return head + (payload if mask is None else mask + masked_with(mask, payload))


def masked_with(mask: bytes, payload: bytes) -> bytes:
    key = int.from_bytes(mask * (len(payload) // 4 + 1), "big") >> 8 * (4 - len(payload) % 4)
    return (int.from_bytes(payload, "big") ^ key).to_bytes(len(payload), "big")


def close(code: int | None = None, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


@asynccontextmanager
async def upgraded(
    port: int, name: str, *headers: bytes, target: bytes = b"/ws/x"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that speaks WebSocket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**25)
    try:
        writer.write(request(name, b"GET " + target + b" HTTP/1.1", *HANDSHAKE, *headers))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield reader, writer
    finally:
        writer.transport.abort()


async def gives_back(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, octets: bytes, pieces: Iterable[int] = ()
) -> bytes:
    """Send these, cut at these places; read as many."""
    reading = asyncio.create_task(reader.readexactly(len(octets)))
    at = 0
    for end in (*pieces, len(octets)):
        writer.write(octets[at:end])
        await writer.drain()
        at = end
    return await reading
