"""What have several processes counted together?

Each gives all of its numbers as one text, over and over; the newest of each counts. What an ended process
has counted still counts, its gauges do not.
"""

import json
from collections.abc import Iterable

from gateway.telemetry.families import FAMILIES, Kind, Numbers, Series, no_series


def dump(series: Series) -> bytes:
    """Give every number of one process, complete in itself: JSON, one line without line feed."""
    rows = {name: [[*labels, numbers] for labels, numbers in each.items()] for name, each in series.items()}
    return json.dumps(rows, separators=(",", ":")).encode("ascii")


def load(text: bytes) -> Series:
    """Read a dump. A family that is not ours, as of another version, is left out.

    Raises: ValueError for what is no dump.
    """
    series = no_series()
    for name, rows in json.loads(text).items():
        if name in FAMILIES:
            series[name] = {tuple(labels): numbers for *labels, numbers in rows}
    return series


def merge(all_series: Iterable[Series]) -> Series:
    """Add counters and histograms; gauges by the rule of their family. The order does not matter."""
    merged = no_series()
    for series in all_series:
        for name, members in series.items():
            into = merged[name]
            for labels, numbers in members.items():
                known = into.get(labels)
                into[labels] = numbers if known is None else _merged(FAMILIES[name].kind, known, numbers)
    return merged


def lasting(series: Series) -> Series:
    """What still counts of a process that has ended."""
    return no_series() | {name: each for name, each in series.items() if FAMILIES[name].kind.stays}


class Workers:
    """The newest numbers of each running worker, and the sum of those that have ended."""

    __slots__ = ("_ended", "_running")

    def __init__(self) -> None:
        self._running: dict[int, Series] = {}
        self._ended = no_series()

    def heard(self, worker: int, text: bytes) -> None:
        """Take a worker's newest dump, in place of the last. `worker` names a process, as a pid does."""
        self._running[worker] = load(text)

    def ended(self, worker: int) -> None:
        """Keep what it has counted up to its last dump. Harmless for one that was never heard."""
        series = self._running.pop(worker, None)
        if series is not None:
            self._ended = merge((self._ended, lasting(series)))

    def series(self, own: Series) -> Series:
        """Everything, with what the supervisor itself has counted."""
        return merge((own, self._ended, *self._running.values()))


# --- private ---


def _merged(kind: Kind, one: Numbers, other: Numbers) -> Numbers:
    match kind:
        case Kind.COUNTER | Kind.HISTOGRAM | Kind.GAUGE_SUM:
            return [a + b for a, b in zip(one, other, strict=True)]
        case Kind.GAUGE_MAX:
            return [max(one[0], other[0])]
        case Kind.GAUGE_MIN:
            return [min(one[0], other[0])]
