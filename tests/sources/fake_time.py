"""How do the tests of a rhythm get by without waiting?"""

import asyncio
from collections.abc import Callable

from gateway.sources.jwks import Ambience


class FakeTime:
    """A monotonic clock that moves when told, and the sleepers that wait for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleepers: list[tuple[float, asyncio.Event]] = []

    @property
    def ambience(self) -> Ambience:
        return Ambience(clock=lambda: self.now, sleep=self.sleep, roll=lambda: 0.5)

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        self.sleepers.append((self.now + seconds, event))
        await event.wait()

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for at, event in self.sleepers:
            if at <= self.now:
                event.set()
        self.sleepers = [each for each in self.sleepers if not each[1].is_set()]

    async def asleep(self) -> None:
        """Wait until somebody sleeps: the background has done what it can at this time."""
        await until(lambda: bool(self.sleepers))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what other tasks bring about. A condition that never comes is a failure."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
