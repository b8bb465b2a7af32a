"""Does a request's body come fast enough to be waited for?

A limit between two pieces is kept by one octet now and then, for days. So what has come in a window is
measured against its length. The first window is the grace that every client has.
"""

from gateway.server.edge.limits import EdgeLimits


class Pace:
    """Of one body, while it is we who wait."""

    __slots__ = ("_limits", "_octets", "_since")

    def __init__(self, limits: EdgeLimits, now: float) -> None:
        self._limits = limits
        self.begin(now)

    def begin(self, now: float) -> None:
        """Begin a window: until now it was not the client who was slow."""
        self._since = now
        self._octets = 0

    def keeps_up(self, octets: int, now: float) -> bool:
        """Count what has come; whether it is enough, at the end of a window."""
        self._octets += octets
        elapsed_s = now - self._since
        if elapsed_s < self._limits.body_window_s:
            return True
        enough = self._octets >= self._limits.body_rate * elapsed_s
        self.begin(now)
        return enough
