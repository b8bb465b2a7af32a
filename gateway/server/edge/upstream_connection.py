"""What does one connection to a server do, in use and idle?

It belongs to one exchange at a time. Bytes that come while it belongs to none answer nothing that was asked:
they close it (RFC 9112 6.3, last paragraph).
"""

import asyncio
from typing import Protocol, cast

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.response_head import AnswerReader


class Exchange(Protocol):
    """What a connection tells the one that uses it."""

    def received(self, data: bytes) -> None:
        """Take bytes of the answer."""

    def upstream_lost(self, *, in_order: bool) -> None:
        """Know that the connection has ended; an answer may end so, if it was `in_order` and no error."""

    def upstream_full(self) -> None:
        """Send no more: the server does not take it."""

    def upstream_takes(self) -> None:
        """Send again."""

    def failed(self, bug: BaseException) -> None:
        """End: this core has a defect."""


class Pool(Protocol):
    """Where a connection is known while it is open."""

    def forget(self, connection: "UpstreamConnection") -> None:
        """Never give this one out: it has ended."""


class UpstreamConnection(asyncio.Protocol):
    """One connection to one server."""

    __slots__ = ("_limits", "_pool", "_reading", "answers", "exchange", "idle_since", "transport", "used")

    transport: asyncio.Transport

    def __init__(self, pool: Pool, limits: EdgeLimits) -> None:
        self._pool = pool
        self._limits = limits
        self._reading = True
        self.answers = AnswerReader(limits)
        self.exchange: Exchange | None = None
        self.idle_since = 0.0
        self.used = False
        """It has carried an answer: the server may be closing it just now."""

    @property
    def alive(self) -> bool:
        """Whether it can be used, as far as we know."""
        return not self.transport.is_closing()

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are not subclasses
        self.transport.set_write_buffer_limits(high=self._limits.buffer_bytes)

    def data_received(self, data: bytes) -> None:
        """Hand it to the exchange."""
        exchange = self.exchange
        if exchange is None:
            self.transport.abort()
            return
        try:
            exchange.received(data)
        except Exception as bug:  # noqa: BLE001 -- whatever it is, the client gets an answer
            exchange.failed(bug)

    def pause_writing(self) -> None:
        """The server does not take what we send."""
        if self.exchange is not None:
            self.exchange.upstream_full()

    def resume_writing(self) -> None:
        """The server has taken it."""
        if self.exchange is not None:
            self.exchange.upstream_takes()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who count on it."""
        self._pool.forget(self)
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.upstream_lost(in_order=exc is None)

    # --- what the exchange calls ---

    def pause_reading(self) -> None:
        """Read no more of the answer: the client does not take it."""
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if not self._reading and not self.transport.is_closing():
            self._reading = True
            self.transport.resume_reading()

    def discard(self) -> None:
        """Close at once: what would follow on it is in doubt."""
        self.exchange = None
        self.transport.abort()
