"""How does a scrape see the numbers?

prometheus_client writes the text; the numbers are ours. In pieces, because two thousand series at once would
keep the event loop for tens of milliseconds.
"""

from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Final

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from gateway.telemetry.families import FAMILIES, PREFIX, SECONDS, Family, Labels, Numbers, Series

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
"""The exposition format that every Prometheus reads."""

PIECE: Final = 100
"""Series of one family in one piece: about a millisecond."""


def exposition(series: Series) -> bytes:
    """Give the body of `/metrics`. Never: a `_created` twin of a series, which nobody reads."""
    return b"".join(pieces(series))


def pieces(series: Series) -> Iterator[bytes]:
    """Give the same body piece by piece: between two of them others may have their turn."""
    for name, family in FAMILIES.items():
        members = iter(list(series[name].items()))
        head = True
        while some := list(islice(members, PIECE)):
            text = generate_latest(_Piece(family, some))
            yield text if head else _headless(text)
            head = False


# --- private ---

_BOUNDS: Final = (*map(floatToGoString, SECONDS), "+Inf")


class _Piece(Collector):
    def __init__(self, family: Family, members: list[tuple[Labels, Numbers]]) -> None:
        self._family = family
        self._members = members

    def collect(self) -> Iterator[Metric]:
        family = self._family
        name = PREFIX + family.name
        kind = "gauge" if family.kind.value.startswith("gauge") else family.kind.value
        metric = Metric(name.removesuffix("_total") if kind == "counter" else name, family.text, kind)
        for values, numbers in self._members:
            labels = dict(zip(family.labels, values, strict=True))
            if kind == "histogram":
                _add_histogram(metric, name, labels, numbers)
            else:
                metric.add_sample(name, labels, numbers[0])
        yield metric


def _add_histogram(metric: Metric, name: str, labels: dict[str, str], numbers: Numbers) -> None:
    *counts, total = numbers
    for bound, count in zip(_BOUNDS, accumulate(counts), strict=True):
        metric.add_sample(f"{name}_bucket", labels | {"le": bound}, count)
    metric.add_sample(f"{name}_count", labels, sum(counts))
    metric.add_sample(f"{name}_sum", labels, total)


def _headless(text: bytes) -> bytes:
    """Without HELP and TYPE, which a family may have once."""
    return text.split(b"\n", 2)[2]
