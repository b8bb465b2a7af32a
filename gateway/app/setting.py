"""What has a gateway from its start to its end, whatever its configuration becomes?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from gateway import __version__
from gateway.app.custody import open_custody
from gateway.app.parts import CLOCK, policy_routes
from gateway.config.world import World
from gateway.keys.custody import Custody
from gateway.server.watch import BugWatch, CustodyWatch
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a gateway has from its start to its end."""

    custody: Custody
    metrics: Metrics
    log: Log
    bugs: BugWatch
    lines: Lines
    clock: Callable[[], float]
    """Seconds since the epoch: of decisions, of our own keys, and of everything that is written down."""


def open_setting(world: World, out: BinaryIO, *, clock: Callable[[], float] = CLOCK) -> Setting:
    """Load our own keys, and take over `out` for lines. Blocks on the disk.

    Raises: ConfigError where the store of our keys cannot be used.
    """
    lines = Lines(out)
    log, metrics = Log(lines.write, clock), Metrics(policy_routes(world), version=__version__)
    return Setting(
        custody=open_custody(world, CustodyWatch(log, metrics), clock=clock),
        metrics=metrics,
        log=log,
        bugs=BugWatch(log, metrics),
        lines=lines,
        clock=clock,
    )
