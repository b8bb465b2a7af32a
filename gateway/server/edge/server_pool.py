"""Which connections to one server are there, and is the server well?"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from typing import Protocol

from gateway.server.edge.breaker import Breaker
from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.upstream_connection import UpstreamConnection
from gateway.tls.client import Trust, Trusted, UnexpectedPeer


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One address that takes requests. If any of this is another it is, with connections of its own."""

    host: str
    port: int
    trust: Trust | None = None
    """How it is known, and what it is shown; None: it speaks no TLS."""
    name: str | None = None
    """The name that it is asked for in TLS, and must show where no names are pinned; None: `host`."""


class Waiter(Protocol):
    """Who waits for a new connection."""

    def connected(self, connection: UpstreamConnection) -> None:
        """Use it."""

    def unreachable(self, fault: EdgeFault) -> None:
        """Do without: the server did not take one, or is not who it should be."""

    def failed(self, bug: BaseException) -> None:
        """End: this core has a defect."""


class ServerPool:
    """The connections to one server. Idle ones are kept for `keepalive_s`, the last used is the next."""

    __slots__ = (
        "_idle",
        "_loop",
        "_open",
        "_resting_until",
        "_retired",
        "_sweep",
        "_trusted",
        "breaker",
        "limits",
        "outstanding",
        "server",
        "well",
    )

    def __init__(self, server: Server, limits: EdgeLimits, trusted: Trusted | None = None) -> None:
        """`trusted` is what has been made of the server's `trust`."""
        self.server = server
        self.limits = limits
        self._trusted = trusted
        self._loop = asyncio.get_running_loop()
        self._open: set[UpstreamConnection] = set()
        self._idle: list[UpstreamConnection] = []
        self._resting_until = 0.0
        self._retired = False
        self._sweep: asyncio.TimerHandle | None = None
        self.outstanding = 0
        """Requests under way, tunnels included."""
        self.breaker = Breaker(limits, self._loop.time)
        self.well = True
        """By the word of the active check; without one, always."""

    @property
    def open(self) -> int:
        """Connections, idle or not."""
        return len(self._open)

    @property
    def idle(self) -> int:
        """Connections that wait for a request."""
        return len(self._idle)

    @property
    def resting(self) -> bool:
        """It has refused a connection a moment ago."""
        return bool(self._resting_until) and self._loop.time() < self._resting_until

    @property
    def state(self) -> str:
        """In a word: `up`, `resting`, `open` (its circuit) or `ill` (by the active check)."""
        if not self.well:
            return "ill"
        if self.breaker.open:
            return "open"
        return "resting" if self.resting else "up"

    def rest(self) -> None:
        """Let others be asked first for a while."""
        self._resting_until = self._loop.time() + self.limits.rest_s

    def take(self) -> UpstreamConnection | None:
        """Give an idle connection, if there is a live one."""
        while self._idle:
            connection = self._idle.pop()
            if connection.alive:
                return connection
        return None

    def give_back(self, connection: UpstreamConnection) -> None:
        """Keep it for the next request."""
        if self._retired or len(self._idle) >= self.limits.idle_connections or not connection.alive:
            connection.discard()
            return
        connection.exchange = None
        connection.used = True
        connection.resume_reading()  # else its end would go unnoticed
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = self._loop.call_later(self.limits.keepalive_s, self._close_old)

    def connect(self, waiter: Waiter) -> Callable[[], object]:
        """Open a connection for `waiter`. Gives what calls that off."""
        return self._loop.create_task(self._connect(waiter)).cancel

    def forget(self, connection: UpstreamConnection) -> None:
        """Let go of a connection that has ended."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def retire(self) -> None:
        """Close what is idle now, and the rest after its request."""
        self._retired = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.discard()

    # --- private ---

    async def _connect(self, waiter: Waiter) -> None:
        try:
            connection = await self._connected()
        except (SSLCertVerificationError, UnexpectedPeer):
            self.rest()
            waiter.unreachable(EdgeFault.UNTRUSTED)
            return
        except (OSError, UnicodeError):  # a name that is none is an address that does not answer
            self.rest()
            waiter.unreachable(EdgeFault.UNREACHABLE)
            return
        except Exception as bug:  # noqa: BLE001 -- whatever it is, the client gets an answer
            waiter.failed(bug)
            return
        if not connection.alive:  # it has ended before we came to use it, and nobody was told
            waiter.unreachable(EdgeFault.UNREACHABLE)
            return
        self._resting_until = 0.0
        self._open.add(connection)
        try:
            waiter.connected(connection)
        except Exception as bug:  # noqa: BLE001 -- whatever it is, the client gets an answer
            waiter.failed(bug)

    async def _connected(self) -> UpstreamConnection:
        """Connect, and look who has answered before anything is sent. Raises: UnexpectedPeer, OSError."""
        server, trusted = self.server, self._trusted
        transport, connection = await self._loop.create_connection(
            lambda: UpstreamConnection(self, self.limits),
            server.host,
            server.port,
            ssl=None if trusted is None else trusted.context,
            server_hostname=None if trusted is None else server.name or server.host,
            ssl_handshake_timeout=None if trusted is None else self.limits.connect_s,
        )
        if trusted is not None:
            try:
                trusted.check(transport.get_extra_info("ssl_object"))
            except UnexpectedPeer:
                connection.discard()
                raise
        return connection

    def _close_old(self) -> None:
        """Close those that were idle too long: they stand first. The list is short, and looked at seldom."""
        self._sweep = None
        oldest = self._loop.time() - self.limits.keepalive_s
        while self._idle and self._idle[0].idle_since <= oldest:
            self._idle.pop(0).discard()
        if self._idle:
            wait = self._idle[0].idle_since - oldest
            self._sweep = self._loop.call_later(max(wait, 0.01), self._close_old)
