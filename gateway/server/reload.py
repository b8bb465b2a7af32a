"""When is a new configuration taken, and what if it is bad?

Looked for every two seconds by its content, and at once when asked (SIGHUP). Read and compiled in a thread,
adopted on the loop. A bad one changes nothing: it is told once, and the old one goes on.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from gateway.config.attempt import Attempt, attempt
from gateway.config.files import DISK, Files
from gateway.config.problem import ConfigError
from gateway.config.readings import Readings, again, digest
from gateway.config.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often we look, in seconds."""

    poll_s: float = 2.0
    settle_s: float = 0.5
    """What has changed must read the same for so long: it may be half written."""


COMPILE_SWITCH_S: Final = 0.0005
"""While a thread compiles, the loop gets the interpreter back after this, and not after 5 ms."""


class Observer(Protocol):
    """Who is told, for metrics and logs."""

    def adopted(self, generation: str) -> None:
        """A configuration is in use from now on."""

    def refused(self, error: ConfigError, generation: str) -> None:
        """The newest is bad; `generation` stays in use."""


class Reloader:
    """Keeps a running gateway on its newest good configuration."""

    def __init__(
        self,
        path: Path,
        first: Readings,
        world: World,
        *,
        adopt: Callable[[World, Readings], Awaitable[None]],
        observer: Observer,
        pace: Pace,
    ) -> None:
        """`first` is what `world`, which runs, was read from.

        `adopt` may raise ConfigError, where something that a configuration names cannot be used; then it has
        changed nothing.
        """
        self._path = path
        self._seen = digest(first)
        """Of what was judged last, be it good or bad."""
        self._readings = first
        self._unsettled: bytes | None = None
        self._world = world
        self._adopt = adopt
        self._observer = observer
        self._pace = pace
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Read and judge it now, whether it has changed or not."""
        self._asked.set()

    async def run(self) -> None:
        """Look, for ever. A defect is told to the loop's exception handler, and the old world stays."""
        while True:
            await self._pause()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - our bug; it must not end the watch for ever
                context = {"message": "reloading the configuration", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)
                self._asked.clear()

    # --- private ---

    async def _pause(self) -> None:
        if self._unsettled is not None:
            await asyncio.sleep(self._pace.settle_s)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), self._pace.poll_s)

    async def _look(self) -> None:
        asked = self._asked.is_set()
        self._asked.clear()
        now = await self._now(self._readings)
        if asked or now == self._unsettled:
            self._seen, self._unsettled = now, None
            await self._judge(asked=asked)
        else:
            self._unsettled = None if now == self._seen else now

    async def _judge(self, *, asked: bool) -> None:
        found = await attempt_aside(self._path, running=self._world)
        self._readings, self._seen = found.readings, digest(found.readings)
        now = await self._now(found.readings)
        if now != self._seen:  # it has changed while we read it: this may be half old and half new
            self._seen, self._unsettled = b"", now
            if asked:
                self._asked.set()
            return
        try:
            world = _world(found)
            await self._adopt(world, found.readings)
        except ConfigError as error:
            self._observer.refused(error, self._world.snapshot.generation)
            return
        self._world = world
        self._observer.adopted(world.snapshot.generation)

    async def _now(self, readings: Readings) -> bytes:
        return digest(await asyncio.to_thread(again, readings, DISK))


async def attempt_aside(path: Path, *, files: Files = DISK, running: World | None = None) -> Attempt:
    """Load and compile in a thread (`gateway.config.attempt.attempt`), while the loop goes on."""

    def work() -> Attempt:
        with _quick_switches():
            return attempt(path, files=files, running=running)

    return await asyncio.to_thread(work)


# --- private ---


def _world(found: Attempt) -> World:
    if isinstance(found.outcome, ConfigError):
        raise found.outcome
    return found.outcome


@contextmanager
def _quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(COMPILE_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
