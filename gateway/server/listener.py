"""How do bytes from the network reach a function from request to answer, and how does that stop?"""

import asyncio
import socket
import ssl as tls
from collections.abc import Callable
from typing import Final, Protocol

from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Handler, Http1Protocol
from gateway.server.http1.writer import AnswerWriter

TURNS: Final = 5
"""Of the loop, and asyncio's takes one less from a connection in the kernel's queue to its request."""


class Accepting(Protocol):
    """What takes connections in, as `asyncio.Server` does."""

    def close(self) -> None:
        """Take no more."""

    async def wait_closed(self) -> None:
        """Wait until it has let go of everything."""


class Listener:
    """One listening address and its connections. Made by `listen`."""

    __slots__ = ("_connections", "_server", "port")

    def __init__(self, server: Accepting, connections: Connections, port: int) -> None:
        self._server = server
        self._connections = connections
        self.port: Final = port
        """Where it listens."""

    @property
    def connections(self) -> int:
        """Open connections; without those that are still in their TLS handshake."""
        return len(self._connections)

    def pause(self) -> None:
        """Take no more requests; connections stay, and new ones are accepted."""
        self._connections.pause()

    def resume(self) -> None:
        """Take requests again: those first that wait."""
        self._connections.resume()

    async def drain(self, timeout_s: float) -> None:
        """Accept no more, finish what was asked, and be closed after `timeout_s` at the latest.

        What has come and was not looked at yet counts as asked. Idle connections are then closed, the others
        after their next answer, which says `Connection: close`; what remains at the time limit is aborted
        and its handler cancelled.
        Take the address out of the proxies' sight first (endpoint, readiness): what they send to
        it from now on is refused by the kernel.
        """
        self._connections.draining = True
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._server.close()
        await self._connections.drain(timeout_s)
        await self._server.wait_closed()


def _ignore(_: object) -> None:
    pass


def _anybody(_: str) -> bool:
    return True


_DEFAULTS: Final = Limits()


async def listen(  # noqa: PLR0913 -- an address and its rules: each is named at the call
    handler: Handler,
    *,
    host: str,
    port: int,
    limits: Limits = _DEFAULTS,
    knows: Callable[[str], bool] = _anybody,
    on_malformed: Callable[[str], None] = _ignore,
    on_bug: Callable[[BaseException], None] = _ignore,
    clock: Callable[[], float] | None = None,
    ssl: tls.SSLContext | None = None,
    reuse_port: bool = False,
) -> Listener:
    """Listen on `host`, an address, and `port` (0: any); answer every request with what `handler` gives.

    `::` is every address of both families.
    `knows` tells whether an address has business here: those that have not share `limits.max_strangers`.
    `on_malformed` gets one of `Fault`; `on_bug` what the handler raised, whose traceback may hold
    the request: redact it. `clock` (seconds since the epoch) is for the Date header; without it
    there is none. Raises: OSError if the address cannot be had.
    """
    connections = Connections(limits, knows)
    writer = AnswerWriter(clock)

    def connection() -> Http1Protocol:
        return Http1Protocol(
            handler,
            limits=limits,
            connections=connections,
            on_malformed=on_malformed,
            on_bug=on_bug,
            writer=writer,
        )

    return await listen_for(
        connection,
        connections,
        host=host,
        port=port,
        limits=limits,
        ssl=ssl,
        reuse_port=reuse_port,
    )


async def listen_for(
    connection: Callable[[], asyncio.Protocol],
    connections: Connections,
    *,
    host: str,
    port: int,
    limits: Limits,
    ssl: tls.SSLContext | None,
    reuse_port: bool,
) -> Listener:
    """Listen for `connection` to be made, whose instances put themselves into `connections`."""
    bound = bind(host, port, reuse_port=reuse_port)
    port = bound.getsockname()[1]
    server = await asyncio.get_running_loop().create_server(
        connection,
        sock=bound,
        ssl=ssl,
        backlog=limits.backlog,
        ssl_handshake_timeout=limits.head_timeout_s if ssl else None,
        ssl_shutdown_timeout=limits.linger_s if ssl else None,
    )
    return Listener(server, connections, port)


def bind(host: str, port: int, *, reuse_port: bool) -> socket.socket:
    """Bind an address, for asyncio would keep IPv4 out of `::`. Raises: OSError if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by its number: asyncio asks accepted sockets for it, and leaves Nagle on in others.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse_port)
        if one.family is socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        one.bind((host, port))
    except OSError as error:
        one.close()
        raise OSError(error.errno, f"{host} port {port}: {error.strerror}") from None
    return one
