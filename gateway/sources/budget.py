"""May we ask this issuer once more?"""

from collections import deque
from collections.abc import Callable


class Budget:
    """At most `limit` requests in any `window_s` seconds, counted when they begin, also when they fail."""

    def __init__(self, *, limit: int, window_s: float, clock: Callable[[], float]) -> None:
        self._window_s = window_s
        self._clock = clock
        self._begun: deque[float] = deque(maxlen=limit)

    def take(self) -> bool:
        """Count one request, or say that it may not be made."""
        if self.free_in_s() > 0:
            return False
        self._begun.append(self._clock())  # the deque forgets the oldest, which has left the window
        return True

    def free_in_s(self) -> float:
        """Seconds until a request may be made; 0 is now."""
        if len(self._begun) < (self._begun.maxlen or 0):
            return 0.0
        return max(0.0, self._begun[0] + self._window_s - self._clock())
