"""How is one scenario measured? All its contenders are started; then round after round, each in turn."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest import machine, processes
from loadtest.contenders.running import Contender, Server
from loadtest.drive import Traffic, Window, drive
from loadtest.requests import Stock
from loadtest.samples import Samples
from loadtest.scenarios import Load, Row, Scenario
from loadtest.smoke import smoke


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How long, how often, with what."""

    folder: Path
    stock: Stock
    rounds: int
    seconds: float

    def measure(self, name: str, scenario: Scenario) -> Samples:
        """Measure its rows. Raises: Unavailable; Unexpected where any answer is not what it should be."""
        samples: Samples = {f"{name}.{row}": {} for row in scenario.rows}
        with self._servers(scenario) as servers:
            for number in range(self.rounds):
                for key, row in scenario.rows.items():
                    for figure, value in self._figures(row, servers[id(row.contender)], number).items():
                        samples[f"{name}.{key}"].setdefault(figure, []).append(value)
        return samples

    @contextmanager
    def start(self, contender: Contender) -> Iterator[Server]:
        """Start a contender in a folder of its own, and see that it does its work."""
        number = sum(1 for _ in self.folder.iterdir())
        place = self.folder / f"{number}-{re.sub('[^a-z0-9]+', '-', contender.name.lower())}"
        place.mkdir()
        with contender.start(place, self.stock.folder) as server:
            smoke(contender, server, self.stock)
            yield server

    # --- private ---

    @contextmanager
    def _servers(self, scenario: Scenario) -> Iterator[dict[int, Server]]:
        with ExitStack() as stack:
            servers: dict[int, Server] = {}
            for row in scenario.rows.values():
                if id(row.contender) not in servers:
                    servers[id(row.contender)] = stack.enter_context(self.start(row.contender))
            yield servers

    def _figures(self, row: Row, server: Server, number: int) -> dict[str, float]:
        traffic = [_traffic("load", row.load, row.contender, server, number, self.stock)]
        if row.beside:
            traffic.append(_traffic("beside", row.beside, row.contender, server, number, self.stock))
        before = processes.pss_bytes(processes.tree(server.pid))
        # in the first round all that is to be hot gets hot
        warm_s = 0.3 if number else 1.0
        window = drive(server.pid, *traffic, seconds=self.seconds, warm_s=warm_s, spin=not row.shared)
        grown = processes.pss_bytes(processes.tree(server.pid)) - before
        return {**figures(window, shared=row.shared), "grown_mb": grown / 1e6}


def figures(window: Window, *, shared: bool = False) -> dict[str, float]:
    """What is kept of a window. Latencies and rates are those of the load, not of the one beside it."""
    load = window.seen[0]
    # what the client took of the server's processors: without it the server had had the rest
    taken = window.client_cpu_s / window.took_s / len(machine.CORES) if shared else 0
    return {
        "cpu_us": window.cpu_us,
        "per_second": load.answered / load.seconds / (1 - taken),
        "server": window.server_cpu_s / window.took_s,
        "client": window.client_cpu_s / window.took_s,
        "p50_us": load.p50_us,
        "p99_us": load.p99_us,
        "p999_us": load.p999_us,
        "unsent": load.unsent,
        "others": window.others,
        "stolen": window.stolen,
    }


def _traffic(
    name: str, load: Load, contender: Contender, server: Server, number: int, stock: Stock
) -> Traffic:
    return Traffic(
        name=name,
        port=server.port,
        requests=load.requests(stock),
        # requests that are counted are other ones in each round
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
