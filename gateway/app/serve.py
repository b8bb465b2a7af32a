"""How does `gateway serve` begin, and what ends it?"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import uvloop

from gateway.app.collector import settle
from gateway.app.front import OpenFront
from gateway.app.gateway import Gateway, start
from gateway.app.many import open_many
from gateway.app.over_grpc import check_installed
from gateway.app.setting import Setting, open_setting
from gateway.app.signals import heed, ignore
from gateway.app.single import open_single
from gateway.config.attempt import attempt
from gateway.config.problem import ConfigError
from gateway.config.readings import Readings
from gateway.config.world import World

EX_OK: Final = 0
EX_FAILED: Final = 1


def serve(path: Path, workers: int) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Gives the exit code. Raises: ConfigError.

    One worker is this process. More of them are processes of their own, and this one supervises them.
    """
    first = attempt(path)
    if isinstance(first.outcome, ConfigError):
        raise first.outcome
    check_installed(first.outcome, path)
    setting = open_setting(first.outcome, sys.stdout.buffer)
    return uvloop.run(_Serving(path, workers).run(setting, first.outcome, first.readings))


@asynccontextmanager
async def running(world: World, out: BinaryIO) -> AsyncIterator[None]:
    """Run a gateway inside another event loop, for `gateway dev`. Its lines go to `out`; it never reloads."""
    gateway = await start(open_setting(world, out), world, {}, open_single)
    try:
        yield
    finally:
        await gateway.stop()


# --- private ---


class _Serving:
    """One run of `gateway serve`."""

    def __init__(self, path: Path, workers: int) -> None:
        self._path = path
        self._workers = workers
        self._stop = asyncio.Event()
        self._gateway: Gateway | None = None
        self._reload_early = False
        self._exit_code = EX_OK

    async def run(self, setting: Setting, world: World, readings: Readings) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            heed(number, self._stop.set)
        heed(signal.SIGHUP, self._reload)
        try:
            return await self._live(setting, world, readings)
        finally:  # also where nothing came of it
            ignore(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    # --- private ---

    async def _live(self, setting: Setting, world: World, readings: Readings) -> int:
        try:
            gateway = await start(setting, world, readings, self._front())
        except OSError as error:
            print(f"gateway: cannot listen: {error.strerror}", file=sys.stderr)  # noqa: T201
            return EX_FAILED
        settle()
        gateway.watch(self._path)
        self._gateway = gateway
        if self._reload_early:
            gateway.reload()
        await self._stop.wait()
        await gateway.stop()
        return self._exit_code

    def _front(self) -> OpenFront:
        if self._workers == 1:
            return open_single
        return partial(open_many, path=self._path, count=self._workers, give_up=self._give_up)

    def _reload(self) -> None:
        """The one handler: what came just before another took its place, the loop would tell too late."""
        if self._gateway is None:
            self._reload_early = True
        else:
            self._gateway.reload()

    def _give_up(self) -> None:
        self._exit_code = EX_FAILED
        self._stop.set()
