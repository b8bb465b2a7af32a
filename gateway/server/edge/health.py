"""Is a server well, by its own word?

A GET every few seconds, over a connection of its own: well is who answers it with a 2xx or 3xx in time. Until
the first answer a server counts as it did before.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.core.headers import Headers
from gateway.dialects.wire import Forward
from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.request_head import request_head
from gateway.server.edge.response_head import FaultyAnswer
from gateway.server.edge.server_pool import ServerPool
from gateway.server.edge.upstream_connection import UpstreamConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to ask, and how often."""

    path: str
    host: str | None = None
    """What Host says; None: the server's own address."""
    every_s: float = 10.0
    """Kubernetes' own default for a readiness probe."""
    timeout_s: float = 2.0


class Probe:
    """Asks one server again and again, from `start` to `stop`."""

    __slots__ = ("_call_off", "_check", "_connection", "_loop", "_pool", "_request", "_timer")

    def __init__(self, pool: ServerPool, check: Check) -> None:
        self._pool = pool
        self._check = check
        self._loop = asyncio.get_running_loop()
        host = (b"host", (check.host or authority(pool.server.host, pool.server.port)).encode("ascii"))
        self._request = request_head(Forward("", b"GET", check.path.encode("ascii"), Headers.of((host,))), 0)
        self._timer: asyncio.TimerHandle | None = None
        self._call_off: Callable[[], object] | None = None
        self._connection: UpstreamConnection | None = None

    def start(self) -> None:
        """Ask now."""
        self._timer = self._loop.call_later(self._check.timeout_s, self._found, False)  # noqa: FBT003
        self._call_off = self._pool.connect(self)

    def stop(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._let_go()

    # --- what the pool and the connection call ---

    def connected(self, connection: UpstreamConnection) -> None:
        """Ask."""
        self._call_off = None
        self._connection = connection
        connection.exchange = self
        connection.transport.write(self._request)

    def received(self, data: bytes) -> None:
        """Take the first final answer."""
        if self._connection is None:
            return
        answers = self._connection.answers
        answers.feed(data)
        try:
            while (head := answers.next()) is not None:
                if head.status >= 200:
                    self._found(head.status < 400)
                    return
        except FaultyAnswer:
            self._found(well=False)

    def unreachable(self, fault: EdgeFault) -> None:  # noqa: ARG002 -- a server that shows nothing to trust is ill
        """Know that there is no connection."""
        self._call_off = None
        self._found(well=False)

    def upstream_lost(self, *, in_order: bool) -> None:  # noqa: ARG002 -- either way there is no answer
        """Know that it closed without an answer."""
        self._connection = None
        self._found(well=False)

    def failed(self, bug: BaseException) -> None:  # noqa: ARG002 -- a server that meets a defect of ours is no use
        """Count it as ill."""
        self._found(well=False)

    def upstream_full(self) -> None:
        """Nothing more is sent."""

    def upstream_takes(self) -> None:
        """Nothing more is sent."""

    # --- private ---

    def _found(self, well: bool) -> None:  # noqa: FBT001
        self._pool.well = well
        if self._timer is not None:
            self._timer.cancel()
        self._let_go()
        self._timer = self._loop.call_later(self._check.every_s, self.start)

    def _let_go(self) -> None:
        if self._call_off is not None:
            self._call_off()
            self._call_off = None
        if self._connection is not None:
            self._connection.discard()
            self._connection = None


def authority(host: str, port: int) -> str:
    """Write an address as Host does (RFC 9110 7.2): the port is said, whatever the scheme's is."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
