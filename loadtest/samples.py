"""What is kept of a measurement? For each row and figure one number a round."""

import statistics

from loadtest import machine

Samples = dict[str, dict[str, list[float]]]
"""`samples["hot.nginx"]["cpu_us"]` has a number for each round."""


def median(samples: Samples, row: str, figure: str) -> float | None:
    """None where it was not measured."""
    values = samples.get(row, {}).get(figure)
    return statistics.median(values) if values else None


def noisy(samples: Samples, row: str) -> bool:
    """Whether others were at work in the middle one of its windows."""
    return any((median(samples, row, what) or 0) > machine.BUSY for what in ("others", "stolen"))
