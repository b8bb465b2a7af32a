"""An edge between raw clients and raw backends, and strict readers of what each of them was sent."""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Protocol

from gateway.core.headers import HeaderPairs, Headers
from gateway.dialects.wire import Forward, HttpRequest
from gateway.server.edge.handler import EdgeHandler
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.request_head import HOP_BY_HOP
from gateway.server.edge.upstreams import Server, Upstream, Upstreams
from gateway.server.listener import Listener

PATIENCE_S = 20.0
"""A backstop."""
HOST = b"Host: edge\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


def asks(method: bytes, target: bytes, *headers: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
    lines = (method + b" " + target + b" HTTP/" + version, b"Host: edge", *headers, b"", b"")
    return b"\r\n".join(lines) + body


def get(target: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    return asks(b"GET", target, *headers, version=version)


def post(target: bytes, body: bytes, *headers: bytes) -> bytes:
    return asks(b"POST", target, b"Content-Length: %d" % len(body), *headers, body=body)


def chunked(target: bytes, chunks: bytes, *headers: bytes) -> bytes:
    return asks(b"POST", target, b"Transfer-Encoding: chunked", *headers, body=chunks)


def forward(request: HttpRequest) -> Forward:
    """Pass on what is no framing: what a dialect does, without its hygiene."""
    kept = tuple(pair for pair in request.headers.pairs if pair[0] not in HOP_BY_HOP)
    return Forward("backend", request.method, request.target, Headers.of(kept))


# --- what was sent, read strictly ---


@dataclass(slots=True)
class Message:
    start: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])

    @property
    def target(self) -> bytes:
        return self.start.split(b" ")[1]

    def values(self, name: bytes) -> list[bytes]:
        return [value for found, value in self.headers if found == name]


class Incomplete(Exception):
    """The stream ends within a message."""


_LINE = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*\r\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9a-z-]+): ([\t -~\x80-\xff]*)")


def _line(stream: bytes, at: int) -> tuple[bytes, int]:
    found = _LINE.match(stream, at)
    if found is None:
        assert b"\n" not in stream[at:], stream
        raise Incomplete
    return found[0][:-2], found.end()


def _fields(stream: bytes, at: int) -> tuple[list[tuple[bytes, bytes]], int]:
    fields: list[tuple[bytes, bytes]] = []
    while True:
        line, at = _line(stream, at)
        if not line:
            return fields, at
        found = _FIELD.fullmatch(line)
        assert found, line
        fields.append((found[1], found[2]))


def _message(stream: bytes, at: int, *, bodiless: bool, to_end: bool) -> tuple[Message, int]:
    start, at = _line(stream, at)
    fields, at = _fields(stream, at)
    message = Message(start, fields)
    lengths, codings = message.values(b"content-length"), message.values(b"transfer-encoding")
    assert len(lengths) + len(codings) <= 1, message
    if bodiless:
        return message, at
    if codings:
        assert codings == [b"chunked"]
        return _chunks(message, stream, at)
    if not lengths and to_end:
        message.body = stream[at:]
        return message, len(stream)
    end = at + int(lengths[0]) if lengths else at
    message.body = stream[at:end]
    if end > len(stream):
        raise Incomplete
    return message, end


def _chunks(message: Message, stream: bytes, at: int) -> tuple[Message, int]:
    while True:
        size, at = _line(stream, at)
        assert re.fullmatch(rb"[0-9a-f]+", size), size
        end = at + int(size, 16)
        chunk, tail = stream[at:end], stream[end : end + 2]
        if len(tail) < 2:
            raise Incomplete
        assert tail == b"\r\n"
        at = end + 2
        if not chunk:
            return message, at
        message.chunks.append(chunk)
        message.body += chunk


def requests(stream: bytes) -> tuple[list[Message], bool]:
    """Every whole request, and whether there is a part of one behind them."""
    found: list[Message] = []
    at = 0
    while at < len(stream):
        try:
            message, at = _message(stream, at, bodiless=False, to_end=False)
        except Incomplete:
            return found, True
        assert re.fullmatch(rb"[A-Z-]+ [!-~]+ HTTP/1\.1", message.start), message.start
        found.append(message)
    return found, False


def answers(stream: bytes, methods: Iterable[bytes] = ()) -> list[Message]:
    """Every answer, interim ones too, with nothing behind the last."""
    asked = iter(methods)
    found: list[Message] = []
    at = 0
    while at < len(stream):
        interim = stream[at:].startswith(b"HTTP/1.1 1")
        method = b"" if interim else next(asked, b"GET")
        bodiless = interim or method == b"HEAD" or stream[at + 9 : at + 12] in (b"204", b"304")
        message, at = _message(stream, at, bodiless=bodiless, to_end=True)
        assert re.fullmatch(rb"HTTP/1\.1 [1-5]\d\d [ -~]*", message.start), message.start
        found.append(message)
    return found


# --- the backend ---


class Peer:
    """One connection that a backend has accepted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.seen = bytearray()
        self.ended = False
        self._read = 0

    async def receive(self) -> bytes:
        data = await self.reader.read(65_536)
        self.seen += data
        self.ended = self.ended or not data
        return data

    async def request(self) -> Message:
        """The next whole request."""
        while True:
            try:
                message, end = _message(bytes(self.seen), self._read, bodiless=False, to_end=False)
            except Incomplete:
                if not await self.receive():
                    raise
            else:
                self._read = end
                return message

    async def head(self) -> bytes:
        """The next head, whatever follows."""
        while b"\r\n\r\n" not in self.seen[self._read :]:
            if not await self.receive():
                raise Incomplete
        end = self.seen.index(b"\r\n\r\n", self._read) + 4
        head, self._read = bytes(self.seen[self._read : end]), end
        return head

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Read until the other side has closed."""
        while await self.receive():
            pass

    def reset(self) -> None:
        """Close so that the other side knows it for no orderly end."""
        connection: socket.socket = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


async def echo_target(peer: Peer) -> None:
    """Answer every request with its target and the size of its body."""
    while True:
        request = await peer.request()
        body = request.target + b" %d" % len(request.body)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        await peer.say(head if request.start.startswith(b"HEAD ") else head + body)


def says(*pieces: bytes, close: bool = False) -> Script:
    """Answer every request with these octets."""

    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(*pieces)
            if close:
                return

    return script


class Backend:
    """A server that says what its script says. A script that ends closes its connection."""

    def __init__(self, script: Script | None = None, ssl: SSLContext | None = None) -> None:
        self.script = script or echo_target
        self.ssl = ssl
        self.peers: list[Peer] = []
        self.errors: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[socket.socket] = []

    async def start(self) -> None:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.ssl)
        self.port: int = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._listening.close()
        for one in self._held:
            one.close()
        for task in self._tasks:
            task.cancel()
        for peer in self.peers:
            peer.writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert not self.errors, self.errors

    def refuse(self) -> None:
        """Take no more connections. The port stays ours: somebody else might be given it."""
        for one in self._listening.sockets:
            self._held.append(one.dup())
            self._held[-1].shutdown(socket.SHUT_RD)  # it listens no more, and is bound
        self._listening.close()

    @property
    def server(self) -> Server:
        return Server(host="127.0.0.1", port=self.port)

    @property
    def seen(self) -> bytes:
        return b"".join(bytes(peer.seen) for peer in self.peers)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self.peers.append(peer)
        task = asyncio.get_running_loop().create_task(self._run(peer))
        self._tasks.add(task)

    async def _run(self, peer: Peer) -> None:
        try:
            await self.script(peer)
        except (Incomplete, ConnectionError):
            pass
        except Exception as error:  # noqa: BLE001 -- told where the test can see it
            self.errors.append(error)
        finally:
            peer.writer.close()


# --- the edge ---


@dataclass(slots=True)
class Edged:
    upstreams: Upstreams
    faults: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)
    listener: Listener = field(init=False)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.listener.port)

    async def say(self, *pieces: bytes) -> bytes:
        """Send the pieces, each in a segment of its own; give all bytes until the edge closes."""
        reader, writer = await self.connect()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            async with asyncio.timeout(PATIENCE_S):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()

    async def ask(self, *pieces: bytes, methods: Iterable[bytes] = ()) -> list[Message]:
        return answers(await self.say(*pieces), methods)


class StartBackend(Protocol):
    def __call__(self, script: Script | None = None, ssl: SSLContext | None = None) -> Awaitable[Backend]: ...


class StartEdge(Protocol):
    def __call__(
        self,
        *backends: Backend | Server,
        handler: EdgeHandler = ...,
        limits: EdgeLimits | None = None,
        clock: Callable[[], float] = ...,
        upstreams: Mapping[str, Upstream] | None = None,
        always: HeaderPairs = ...,
    ) -> Awaitable[Edged]: ...


async def until(holds: Callable[[], object]) -> None:
    """Wait for what neither peer can see."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 -- the edge has no event for a test to wait for
            await asyncio.sleep(0.001)
