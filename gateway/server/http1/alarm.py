"""When has a connection waited long enough?

One timer a connection. Every request moves the deadline, mostly to later; the timer is only moved
when it must ring earlier, and one that rings too early sets itself again.
"""

import asyncio
from collections.abc import Callable


class Alarm:
    """One deadline, moved freely at the price of one reading of the loop's clock."""

    __slots__ = ("_deadline", "_loop", "_on_time", "_set_for", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, on_time: Callable[[], None]) -> None:
        self._loop = loop
        self._on_time = on_time
        self._deadline = self._set_for = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def set(self, delay_s: float) -> None:
        """Ring in `delay_s` from now, and at no other time."""
        self._deadline = self._loop.time() + delay_s
        if self._timer is not None:
            if self._set_for <= self._deadline:
                return
            self._timer.cancel()
        self._start()

    def cancel(self) -> None:
        """Never ring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        self._set_for = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._start()
        else:
            self._on_time()
