"""By which clock do the deadlines of these tests go? By one that stops while the process stands still.

A machine may let a process stand for a tenth of a second at any moment, which is longer than a deadline that
a test can wait for: a peer that spoke at once would be too late. So one turn of the loop counts for a few
milliseconds at most, however long it took. All else is the loop that the gateway runs on.
"""

import asyncio
import heapq
import itertools
import selectors
from collections.abc import Callable
from contextvars import Context
from typing import Final, TypeVarTuple

import uvloop

Ts = TypeVarTuple("Ts")
SLICE_S: Final = 0.002
"""A loop that waits wakes so often, else it could not be told from one that stands still."""
MOST_S: Final = 0.005
"""For what one turn counts."""


class Clock:
    """Follows another clock, in small steps."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._seen = real()
        self._steady = 0.0

    def __call__(self) -> float:
        now = self._real()
        self._steady += min(now - self._seen, MOST_S)
        self._seen = now
        return self._steady


class SteadyLoop(asyncio.SelectorEventLoop):
    """asyncio's own."""

    def __init__(self) -> None:
        self._clock = Clock(super().time)
        super().__init__(_Waking())

    def time(self) -> float:
        return self._clock()


class SteadyUvloop(uvloop.Loop):
    """uvloop's, whose timers know no other clock: so this has its own."""

    def __init__(self) -> None:
        self._clock = Clock(super().time)
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self._waking: asyncio.TimerHandle | None = None

    def time(self) -> float:
        return self._clock()

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        if self._waking is None:
            self._waking = super().call_later(SLICE_S, self._wake)
        return timer

    # --- private ---

    def _timer_handle_cancelled(self, _: asyncio.TimerHandle) -> None:
        """What is called off has forgotten its callback, and goes when it is due."""

    def _wake(self) -> None:
        self._waking = None
        now = self.time()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled():
                timer._run()
        if self._timers and self._waking is None:
            self._waking = super().call_later(SLICE_S, self._wake)


# --- private ---


class _Waking(selectors.DefaultSelector):
    """Waits for no longer than a slice."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(SLICE_S if timeout is None else min(timeout, SLICE_S))
