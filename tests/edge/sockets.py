"""Which WebSocket servers stand behind the edge? One that gives every byte back, and a real one.

Both run in a thread, on an event loop of their own.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from tests.edge.backends import Pairs
from tests.edge.websocket import accept_of


class SocketServers:
    """`raw_port` gives back the bytes that follow its 101; `port` is an echo by `websockets`.

    A context manager.
    """

    def __init__(self) -> None:
        self.handshakes: list[tuple[str, Pairs]] = []
        """Of each one: the target, and the headers."""
        self.closed: list[int] = []
        """With which code each of the echo's connections has ended."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- private ---

    def _run(self, steps: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(steps, self._loop).result(30)

    async def _start(self) -> None:
        self._raw = await asyncio.start_server(self._give_back, "127.0.0.1", 0, limit=2**20)
        self.raw_port: int = self._raw.sockets[0].getsockname()[1]
        self._echo: Server = await serve(
            self._converse,
            "127.0.0.1",
            0,
            compression=None,
            max_size=None,
            ping_interval=None,
            select_subprotocol=_chat,
            process_request=self._remember,
        )
        self.port: int = next(iter(self._echo.sockets)).getsockname()[1]

    async def _stop(self) -> None:
        self._raw.close()
        self._echo.close()
        await self._echo.wait_closed()

    def _remember(self, connection: ServerConnection, request: Any) -> None:
        self.handshakes.append((request.path, list(request.headers.raw_items())))

    async def _converse(self, connection: ServerConnection) -> None:
        try:
            async for message in connection:
                await connection.send(message)
        finally:
            self.closed.append(connection.close_code or 0)

    async def _give_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = [line.partition(": ") for line in head.split("\r\n")[1:-2]]
        pairs = {name.lower(): value for name, _, value in lines}
        self.handshakes.append((head.split(" ")[1], list(pairs.items())))
        accept = accept_of(pairs["sec-websocket-key"].encode())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %b\r\n\r\n" % accept
        )
        while octets := await reader.read(2**20):
            writer.write(octets)
            await writer.drain()
        writer.close()


def _chat(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The one that it speaks, if it is offered."""
    return next((one for one in offered if one == "chat"), None)
