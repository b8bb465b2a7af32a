"""How is one scenario measured? All its contenders are started; then round after round, each in turn."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.contenders.running import Contender, Server
from loadtest.drive import Traffic, Window, drive
from loadtest.requests import Stock
from loadtest.scenarios import Load, Row, Scenario

Samples = dict[str, dict[str, list[float]]]
"""For each row and figure one number a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How long, how often, with what."""

    folder: Path
    stock: Stock
    rounds: int
    seconds: float

    def measure(self, name: str, scenario: Scenario) -> Samples:
        """Measure its rows. Raises: Unexpected where any answer is not what it should be."""
        samples: Samples = {f"{name}.{row}": {} for row in scenario.rows}
        with self._servers(scenario) as servers:
            for number in range(self.rounds):
                for key, row in scenario.rows.items():
                    window = self._window(row, servers[id(row.contender)], number)
                    for figure, value in figures(window).items():
                        samples[f"{name}.{key}"].setdefault(figure, []).append(value)
        return samples

    @contextmanager
    def _servers(self, scenario: Scenario) -> Iterator[dict[int, Server]]:
        with ExitStack() as stack:
            servers: dict[int, Server] = {}
            for row in scenario.rows.values():
                if id(row.contender) not in servers:
                    servers[id(row.contender)] = stack.enter_context(self.start(row.contender))
            yield servers

    @contextmanager
    def start(self, contender: Contender) -> Iterator[Server]:
        """Start a contender in a folder of its own."""
        number = sum(1 for _ in self.folder.iterdir())
        place = self.folder / f"{number}-{re.sub('[^a-z0-9]+', '-', contender.name)}"
        place.mkdir()
        with contender.start(place, self.stock.folder) as server:
            yield server

    def _window(self, row: Row, server: Server, number: int) -> Window:
        traffic = [self._traffic("load", row.load, row.contender, server, number)]
        if row.beside:
            traffic.append(self._traffic("beside", row.beside, row.contender, server, number))
        warm_s = 0.3 if number else 1.0  # what was seen before must have been seen before
        return drive(server.pid, *traffic, seconds=self.seconds, warm_s=warm_s, spin=row.spin)

    def _traffic(self, name: str, load: Load, contender: Contender, server: Server, number: int) -> Traffic:
        return Traffic(
            name=name,
            port=server.port,
            requests=load.requests(self.stock),
            # requests that count are new ones in each round
            first=number * (load.warm_count + load.count),
            warm_count=load.warm_count,
            count=load.count,
            connections=load.connections,
            rate=load.rate,
            fresh=load.fresh,
            reopens=load.reopens,
            statuses=load.statuses,
            header=contender.header if load.statuses == (200,) else "",
        )


def figures(window: Window) -> dict[str, float]:
    """What is kept of a window. Latencies and rates are those of the load, not of the one beside it."""
    load = window.seen[0]
    return {
        "cpu_us": window.cpu_us,
        "per_second": load.answered / load.seconds,
        "p50_us": load.p50_us,
        "p99_us": load.p99_us,
        "p999_us": load.p999_us,
        "others": window.others,
        "stolen": window.stolen,
    }
