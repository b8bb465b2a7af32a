"""Measure every candidate in turn, several rounds, and hold the gateway to `targets.toml`."""

import os
import statistics
import sys
import tempfile
import tomllib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.candidates import Candidate, nginx_return_200, ordinary_aiohttp, token_gateway
from loadtest.client import drive
from loadtest.material import prepare

WARM_S, WINDOW_S, ROUNDS = 0.5, 2.0, 3
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Figures:
    """One candidate's figures, one entry a round."""

    cpu_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)


def cpu_seconds(pid: int) -> float:
    """User and system time of one process (proc(5), /proc/PID/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def measure(candidate: Candidate, figures: Figures) -> None:
    """One round. Raises: RuntimeError where an answer is not what it should be."""
    drive(candidate.load, seconds=WARM_S)
    before = cpu_seconds(candidate.pid)
    run = drive(candidate.load, seconds=WINDOW_S)
    if run.unexpected:
        raise RuntimeError(f"{candidate.name}: {run.unexpected} of {run.answered} answers were not 200")
    figures.cpu_us.append((cpu_seconds(candidate.pid) - before) / run.answered * 1e6)
    figures.per_second.append(run.answered / run.seconds)


def report(results: dict[str, Figures]) -> dict[str, float]:
    """Print the table; give the gateway's ratio of CPU per request to each of the others."""
    medians = {name: statistics.median(figures.cpu_us) for name, figures in results.items()}
    ours = medians["token gateway"]
    print(f"{'':20} {'CPU us/request':>15} {'min-max':>15} {'requests/s':>11} {'gateway/this':>13}")
    for name, figures in results.items():
        spread = f"{min(figures.cpu_us):.1f}-{max(figures.cpu_us):.1f}"
        rate = statistics.median(figures.per_second)
        print(f"{name:20} {medians[name]:15.1f} {spread:>15} {rate:11.0f} {ours / medians[name]:12.2f}x")
    return {name: ours / median for name, median in medians.items()}


def main() -> int:
    """Run; exit 1 where a target is missed."""
    targets = tomllib.loads(Path(__file__).with_name("targets.toml").read_text())["cpu_ratio_at_most"]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        material = prepare(folder)
        candidates = []
        for number, start in enumerate((nginx_return_200, ordinary_aiohttp, token_gateway)):
            place = folder / str(number)
            place.mkdir()
            candidates.append(stack.enter_context(start(place, material)))
        results = {candidate.name: Figures() for candidate in candidates}
        for _ in range(ROUNDS):  # in turn, so that a busy machine is busy for all of them
            for candidate in candidates:
                measure(candidate, results[candidate.name])
    ratios = report(results)
    missed = [name for name, limit in targets.items() if ratios[name] > limit]
    for name in missed:
        print(f"missed: {ratios[name]:.2f}x the CPU of {name}, at most {targets[name]}x was promised")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
