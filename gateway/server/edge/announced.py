"""How do connections come in that a load balancer announces, each with a header of the PROXY protocol?

The header comes first and in clear, before a TLS handshake as well. It says how long it is, so exactly its
octets are read from the socket, and the client's own stay in the kernel until the connection, plain or TLS,
is made: nothing is taken that has to be given back. Who does not announce is closed unanswered ("The PROXY
protocol", section 2: it is spoken on a whole listener or not at all).
"""

import asyncio
import errno
import ssl as tls
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from socket import socket
from typing import Final, Protocol

from gateway.dialects.proxy_protocol import Announced, Incomplete, read_announcement
from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.limits import EdgeLimits
from gateway.server.http1.peer import peer_address


class Connect(Protocol):
    """What makes a connection."""

    def __call__(self, *, announced: str | None) -> asyncio.Protocol:
        """Make one, of the client at an address; None: at that of its other end."""


ACCEPT_AGAIN_S: Final = 1.0
"""As asyncio waits where no descriptor is free."""
_WANTING: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class AnnouncedConnections:
    """Accepts on a bound socket, from its making to `close`."""

    __slots__ = (
        *("_accepting", "_announced_by", "_bound", "_connect", "_limits", "_loop", "_on_malformed", "_ssl"),
        *("_under_way", "port"),
    )

    def __init__(
        self,
        connect: Connect,
        bound: socket,
        *,
        announced_by: Callable[[str], bool],
        on_malformed: Callable[[str], None],
        limits: EdgeLimits,
        ssl: tls.SSLContext | None,
    ) -> None:
        """Listen. `announced_by` tells whose headers are believed, by their address."""
        self._connect = connect
        self._bound = bound
        self._announced_by = announced_by
        self._on_malformed = on_malformed
        self._limits = limits
        self._ssl = ssl
        self._loop = asyncio.get_running_loop()
        self._under_way: set[asyncio.Task[None]] = set()
        self.port: Final[int] = bound.getsockname()[1]
        bound.settimeout(0)
        bound.listen(limits.client.backlog)
        self._accepting = self._loop.create_task(self._accept())

    def close(self) -> None:
        """Accept no more, and let go of those of which nobody knows yet whose they are."""
        self._accepting.cancel()
        for task in self._under_way:
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until it has let go of everything."""
        await asyncio.gather(self._accepting, *self._under_way, return_exceptions=True)

    # --- private ---

    async def _accept(self) -> None:
        try:
            while True:
                try:
                    accepted, address = await self._loop.sock_accept(self._bound)
                except OSError as error:
                    # Where its peer is gone, the next one is not: only a want of ours is waited for.
                    await asyncio.sleep(ACCEPT_AGAIN_S if error.errno in _WANTING else 0)
                    continue
                self._begin(accepted, peer_address(address))
                await asyncio.sleep(0)  # others have their turn, however many come
        finally:
            self._bound.close()

    def _begin(self, accepted: socket, peer: str | None) -> None:
        full = len(self._under_way) >= self._limits.client.max_connections
        if full or peer is None or not self._announced_by(peer):
            self._refuse(accepted)
            return
        task = self._loop.create_task(self._take(accepted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _refuse(self, accepted: socket) -> None:
        self._on_malformed(EdgeFault.ANNOUNCEMENT)
        accepted.close()

    async def _take(self, accepted: socket) -> None:
        try:
            async with asyncio.timeout(self._limits.announcement_s):
                address = await self._announcement(accepted)
        except (OSError, _Unannounced):  # a TimeoutError is an OSError
            self._refuse(accepted)
            return
        except asyncio.CancelledError:
            accepted.close()
            raise
        client = self._limits.client
        with suppress(OSError):  # no handshake: as everywhere, nobody is told
            await self._loop.connect_accepted_socket(
                partial(self._connect, announced=address),
                accepted,
                ssl=self._ssl,
                ssl_handshake_timeout=client.head_timeout_s if self._ssl else None,
                ssl_shutdown_timeout=client.linger_s if self._ssl else None,
            )

    async def _announcement(self, accepted: socket) -> str | None:
        """Read the header and not an octet more. Raises: _Unannounced, OSError."""
        buffer = b""
        while isinstance(found := read_announcement(buffer), Incomplete):
            part = await self._loop.sock_recv(accepted, found.missing)
            if not part:
                raise _Unannounced
            buffer += part
        if isinstance(found, Announced):
            return found.address
        raise _Unannounced


class _Unannounced(Exception):
    """The connection does not begin as it must."""
