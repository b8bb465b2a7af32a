"""How late is the event loop?

One timer that knows when it should have been called. What keeps the loop (a large answer, a slow disk, too
little processor time) makes every request wait as long.
"""

import asyncio
from typing import Final

EVERY_S: Final = 0.25


class LoopLag:
    """The worst delay of one timer since the last look."""

    __slots__ = ("_due", "_handle", "_loop", "_worst")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look at once; `stop` ends it."""
        self._loop = loop
        self._worst = 0.0
        self._due = loop.time()
        self._handle = loop.call_soon(self._on_time)

    def take(self) -> float:
        """Give the worst delay since the last call. Units: seconds."""
        worst = max(self._worst, self._loop.time() - self._due)
        self._worst = 0.0
        return max(worst, 0.0)

    def stop(self) -> None:
        """Look no more."""
        self._handle.cancel()

    # --- private ---

    def _on_time(self) -> None:
        now = self._loop.time()
        self._worst = max(self._worst, now - self._due)
        self._due = now + EVERY_S
        self._handle = self._loop.call_at(self._due, self._on_time)
