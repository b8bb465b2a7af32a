"""Which real servers do the tests of outgoing HTTP talk to?"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """One aiohttp server on loopback, and what it was asked."""

    port: int = 0
    scheme: str = "http"
    requests: list[web.BaseRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


@asynccontextmanager
async def website(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site(scheme="http" if tls is None else "https")

    async def recorded(request: web.BaseRequest) -> web.StreamResponse:
        site.requests.append(request)
        return await handler(request)

    runner = web.ServerRunner(web.Server(recorded), shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        site.port = runner.addresses[0][1]
        yield site
    finally:
        await runner.cleanup()


@dataclass
class RawSite:
    """One server that writes bytes as it likes."""

    port: int = 0
    connections: int = 0
    received: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def raw_server(talk: Raw) -> AsyncIterator[RawSite]:
    site = RawSite()
    tasks: set[asyncio.Task[None]] = set()

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as many tests want it to
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        tasks.add(asyncio.create_task(conversation(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        # Whoever has connected is accepted in the next turn of the loop, comes to `accept` in the second
        # after it, and is talked to in the third, perhaps behind us. What was accepted for a server that is
        # closed by then stays open (asyncio of 3.11), and a conversation that never began closes nothing.
        for _ in range(5):
            await asyncio.sleep(0)
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def says(octets: bytes) -> Raw:
    """Read one request head, answer with these bytes, close."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(octets)
        await writer.drain()

    return talk
