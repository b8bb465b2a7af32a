"""What is measured? Scenarios as data: who gets which load."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from loadtest.contenders import nginx
from loadtest.contenders.gateway import gateway
from loadtest.contenders.running import Contender
from loadtest.requests import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of traffic, before it is known who gets it. Fields as in `Traffic`."""

    requests: Callable[[Stock], str]
    statuses: tuple[int, ...] = (200,)
    connections: int = 64
    warm_count: int = 0
    count: int = 0
    rate: float = 0
    fresh: bool = False
    reopens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report: one contender under one load, perhaps with another beside it."""

    contender: Contender
    load: Load
    beside: Load | None = None
    spin: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Rows that are measured in turn, round after round, so that a busy machine is busy for all of them."""

    title: str
    rows: Mapping[str, Row] = field(default_factory=dict)


HOT = Load(requests=Stock.hot)

SCENARIOS: Mapping[str, Scenario] = {
    "hot": Scenario(
        title="64 tokens, seen before, over 1,000 routes",
        rows={
            name: Row(contender=contender, load=HOT)
            for name, contender in {
                "gateway-reused": gateway(reuse=True),
                "gateway": gateway(),
                "nginx": nginx.FLOOR,
            }.items()
        },
    ),
}
