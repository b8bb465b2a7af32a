"""Does it hold out? Mixed traffic for minutes: memory and descriptors must stay flat, every answer right."""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest import processes
from loadtest.contenders.gateway import gateway
from loadtest.drive import Unexpected, Window
from loadtest.issuer import Issuer
from loadtest.slow import slow_clients
from loadtest.soak_traffic import parts
from loadtest.soak_watch import Watch, watched

SLOW_CLIENTS = 20
GROWTH_MB = 3.0
"""What the median of the last third may be above the median of the second third; the first is warm-up."""
SPARE_FILES = 2
"""Descriptors that may be open more than before: a reload may be under way."""
PATIENCE_S = 15
"""For the server to see that its clients have gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """What came of it. No answer was unexpected: that ends it at once."""

    windows: list[Window]
    watch: Watch
    files_left: int
    """Descriptors open after it, less those before it."""

    @property
    def growth_mb(self) -> float:
        """Of the last third against the second."""
        third = len(self.watch.pss_mb) // 3
        middle, last = self.watch.pss_mb[third : 2 * third], self.watch.pss_mb[2 * third :]
        return statistics.median(last) - statistics.median(middle)

    @property
    def slope_mb_per_hour(self) -> float:
        """After the first third."""
        third = len(self.watch.pss_mb) // 3
        line = statistics.linear_regression(self.watch.seconds[third:], self.watch.pss_mb[third:])
        return line.slope * 3600

    @property
    def held(self) -> bool:
        """Whether it held out."""
        return self.growth_mb <= GROWTH_MB and self.files_left <= SPARE_FILES


def main() -> int:
    """Run; exit 1 where it did not hold out."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15, help="at least a quarter (%(default)s)")
    minutes = max(parser.parse_args().minutes, 0.25)
    try:
        soak = run(minutes * 60)
    except Unexpected as error:
        print(f"did NOT hold out: {error}")
        return 1
    for line in _report(soak):
        print(line)
    return 0 if soak.held else 1


def run(seconds: float) -> Soak:
    """Start a gateway and soak it. Raises: Unexpected."""
    with _folders() as (place, keys, traffic):
        issuer = Issuer.make()
        issuer.write(keys)
        with gateway(reuse=True).start(place, keys) as server:
            before = processes.open_files(processes.tree(server.pid))
            with watched(server.pid, place / "gateway.yaml") as watch:
                with slow_clients(server.port, SLOW_CLIENTS):
                    windows = list(parts(server.pid, server.port, issuer, traffic, seconds))
                left = _files_left(server.pid, before)
    return Soak(windows=windows, watch=watch, files_left=left)


# --- private ---


@contextmanager
def _folders() -> Iterator[tuple[Path, ...]]:
    with tempfile.TemporaryDirectory() as name:
        folders = tuple(Path(name, one) for one in ("server", "keys", "traffic"))
        for folder in folders:
            folder.mkdir()
        yield folders


def _files_left(pid: int, before: int) -> int:
    limit = time.monotonic() + PATIENCE_S
    while True:
        left = processes.open_files(processes.tree(pid)) - before
        if left <= SPARE_FILES or time.monotonic() > limit:
            return left
        time.sleep(0.5)


def _report(soak: Soak) -> Iterator[str]:
    yield f"answers: {sum(one.answered for one in soak.windows):,}, none unexpected"
    for number, first in enumerate(soak.windows[0].seen):
        seen = [window.seen[number] for window in soak.windows]
        worst = max(one.p99_us for one in seen) / 1e3
        yield f"  {first.name}: {sum(one.answered for one in seen):,}, p99 of the worst part {worst:.1f} ms"
    yield f"reloads: {soak.watch.reloads or 'none, SIGHUP has no handler'}"
    pss_mb = soak.watch.pss_mb
    yield f"memory: {pss_mb[0]:.1f} MB at first, {pss_mb[-1]:.1f} MB at last"
    yield f"  last third against the second: {soak.growth_mb:+.2f} MB (at most {GROWTH_MB})"
    yield f"  slope after the first third: {soak.slope_mb_per_hour:+.1f} MB an hour"
    yield f"descriptors: {soak.files_left:+d} against before (at most {SPARE_FILES} more)"
    yield f"others: {statistics.median(one.others for one in soak.windows):.2f} processors"
    yield "held out" if soak.held else "did NOT hold out"


if __name__ == "__main__":
    sys.exit(main())
