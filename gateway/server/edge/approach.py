"""By which server does one request go, and which others has it tried?"""

from collections.abc import Callable
from time import perf_counter
from typing import Final

from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import ServerPool, Waiter
from gateway.server.edge.upstream_connection import UpstreamConnection
from gateway.server.edge.upstreams import UpstreamPool


class Approach:
    """The attempts of one request. While it is at a server, that server counts it as outstanding."""

    __slots__ = ("_attempts", "_began", "_call_off", "_limits", "_pool", "_refused_by", "_server", "_tried")

    def __init__(self, pool: UpstreamPool | None, limits: EdgeLimits) -> None:
        """Of a pool; None where the upstream is gone since the request was judged."""
        self._pool: Final = pool
        self._limits: Final = limits
        self._attempts = 0
        self._began = perf_counter()
        self._tried: tuple[ServerPool, ...] = ()
        self._refused_by = EdgeFault.NO_UPSTREAM
        self._server: ServerPool | None = None
        self._call_off: Callable[[], object] | None = None

    def next(self, waiter: Waiter, *, fresh: bool = False) -> UpstreamConnection | EdgeFault | None:
        """Give a connection, or why there is none; None where `waiter` will hear of it.

        `fresh`: not one that has been idle, for the server was closing one of those.
        """
        if self._pool is None:
            return EdgeFault.NO_UPSTREAM
        if not self._attempts and self._pool.full:
            return EdgeFault.BUSY
        server = self._pool.choose(self._tried)
        if server is None and not self._attempts and self._pool.cut_off:
            return EdgeFault.CIRCUIT
        if server is None or self._attempts >= self._limits.attempts:
            return self._refused_by
        self._attempts += 1
        if server.breaker.failures:
            server.breaker.begin()
        self._server = server
        server.outstanding += 1
        connection = None if fresh else server.take()
        if connection is None:
            self._call_off = server.connect(waiter)
        return connection

    def arrived(self) -> None:
        """Know that the connection is there: there is nothing to call off."""
        self._call_off = None

    def turn_from(self, fault: EdgeFault) -> None:
        """Try another server next; if there is none, this was why."""
        if self._server is not None:
            if fault is EdgeFault.CONNECT_TIMEOUT:
                self._server.rest()
            self._server.breaker.failed()
            self._tried = (*self._tried, self._server)
        self._refused_by = fault
        self.leave()

    def answered(self, status: int) -> None:
        """Know that the server answers."""
        if self._server is not None and self._server.breaker.failures:
            self._server.breaker.succeeded()
        if self._pool is not None:
            self._pool.tally.answered(status, perf_counter() - self._began)

    def unanswered(self, fault: EdgeFault) -> None:
        """Know that there is no answer, and why; it may be that nobody was asked."""
        if self._server is not None and fault in _OF_THE_SERVER:
            self._server.breaker.failed()
        if self._pool is not None and fault in _OF_THE_UPSTREAM:
            self._pool.tally.unanswered()

    def give_back(self, connection: UpstreamConnection) -> None:
        """Let the next request have the connection."""
        if self._server is not None:
            self._server.give_back(connection)

    def leave(self) -> None:
        """Be at no server any more."""
        call_off, self._call_off = self._call_off, None
        server, self._server = self._server, None
        if call_off is not None:
            call_off()
        if server is not None:
            server.outstanding -= 1


_OF_THE_SERVER: Final = frozenset((EdgeFault.LOST, EdgeFault.BAD_ANSWER, EdgeFault.UPSTREAM_TIMEOUT))
"""What one that took the request did not do well."""
_OF_THE_UPSTREAM: Final = _OF_THE_SERVER | {
    *(EdgeFault.NO_UPSTREAM, EdgeFault.BUSY, EdgeFault.UNREACHABLE, EdgeFault.UNTRUSTED),
    EdgeFault.CONNECT_TIMEOUT,
}
