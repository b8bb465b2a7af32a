"""A listener on loopback with what it reported, and a strict reader of what it answered."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Handler
from gateway.server.listener import Listener

HOST = b"Host: gateway\r\n"
GET = b"GET /auth/nginx/orders HTTP/1.1\r\n" + HOST + b"\r\n"
PATIENCE_S = 20.0
"""A backstop."""


@dataclass(slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


@dataclass(slots=True)
class Served:
    faults: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)
    listener: Listener = field(init=False)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.listener.port)

    async def say(self, *chunks: bytes, eof: bool = False) -> bytes:
        """Send the chunks, each in a segment of its own; give all bytes until the server closes."""
        reader, writer = await self.connect()
        try:
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(0)
            if eof:
                writer.write_eof()
            async with asyncio.timeout(PATIENCE_S):
                return await reader.read()
        finally:
            writer.transport.abort()

    async def ask(self, *chunks: bytes, eof: bool = True) -> list[Answer]:
        return answers(await self.say(*chunks, eof=eof))


async def until(holds: Callable[[], object]) -> None:
    """Wait for what the peer cannot see."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 -- the listener has no event for a test to wait for
            await asyncio.sleep(0.001)


class Serve(Protocol):
    def __call__(self, handler: Handler, limits: Limits | None = None) -> Awaitable[Served]: ...


_HEAD = re.compile(
    rb"HTTP/1\.1 (?P<status>[2-5]\d\d) [ -~]*\r\n"
    rb"(?P<fields>(?:[a-z0-9-]+: [\t -~\x80-\xff]*\r\n)*)\r\n"
)


def answers(stream: bytes, methods: Iterable[bytes] = ()) -> list[Answer]:
    """Read a stream of answers strictly, with nothing before, between or behind them."""
    asked = iter(methods)
    found: list[Answer] = []
    while stream:
        head = _HEAD.match(stream)
        assert head, stream
        lines = head["fields"].split(b"\r\n")[:-1]
        pairs = [tuple(line.split(b": ", 1)) for line in lines]
        headers = dict(pairs)
        assert len(headers) == len(pairs), stream
        status = int(head["status"])
        bodiless = status in (204, 304) or next(asked, b"GET") == b"HEAD"
        assert bodiless != (b"content-length" in headers), stream
        end = head.end() + int(headers.get(b"content-length", b"0"))
        assert end <= len(stream), stream
        found.append(Answer(status=status, headers=headers, body=stream[head.end() : end]))
        stream = stream[end:]
    return found


def get(target: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    lines = [b"GET " + target + b" HTTP/" + version, b"Host: gateway", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def bodies(found: list[Answer]) -> list[bytes]:
    return [answer.body for answer in found]


def echo(request: HttpRequest) -> HttpAnswer:
    """Answer with the target: shows which request an answer belongs to."""
    return HttpAnswer(status=200, headers=((b"x-peer", request.peer.encode()),), body=request.target)


async def echo_later(request: HttpRequest) -> HttpAnswer:
    await asyncio.sleep(0.001)
    return echo(request)
