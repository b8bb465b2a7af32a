"""How does `gateway serve` begin, and what ends it?"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import uvloop

from gateway.app.custody import Custody, open_custody
from gateway.app.gateway import start
from gateway.app.single import open_single
from gateway.config.attempt import attempt
from gateway.config.problem import ConfigError
from gateway.config.readings import Readings
from gateway.config.world import World
from gateway.telemetry.lines import Lines


def serve(path: Path) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Gives the exit code. Raises: ConfigError."""
    first = attempt(path)
    if isinstance(first.outcome, ConfigError):
        raise first.outcome
    custody = open_custody(first.outcome)
    return uvloop.run(_serve(path, first.outcome, first.readings, custody))


@asynccontextmanager
async def running(world: World, out: BinaryIO) -> AsyncIterator[None]:
    """Run a gateway inside another event loop, for `gateway dev`. Its lines go to `out`; it never reloads."""
    gateway = await start(world, {}, open_custody(world), Lines(out), open_single)
    try:
        yield
    finally:
        await gateway.stop()


# --- private ---


async def _serve(path: Path, world: World, readings: Readings, custody: Custody) -> int:
    loop = asyncio.get_running_loop()
    stop, reload = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)  # from now on: at first it would end us
    try:
        gateway = await start(world, readings, custody, Lines(sys.stdout.buffer), open_single)
    except OSError as error:
        print(f"gateway: cannot listen: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    gateway.watch(path)
    if reload.is_set():
        gateway.reload()
    loop.add_signal_handler(signal.SIGHUP, gateway.reload)
    await stop.wait()
    await gateway.stop()
    return 0
