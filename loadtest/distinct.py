"""What does a remembered token cost in memory? A hundred thousand tokens, each once; then again, shuffled."""

import statistics

from loadtest import processes
from loadtest.contenders import envoy
from loadtest.contenders.gateway import gateway
from loadtest.contenders.running import Contender
from loadtest.drive import Traffic, drive
from loadtest.measure import Bench, figures
from loadtest.requests import DISTINCT
from loadtest.samples import Samples

TITLE = "100,000 tokens, each seen once before"
CONTENDERS = {"gateway": gateway(reuse=True), "envoy": envoy.CACHED}
PATIENCE_S = 120
REMEMBERED = 0.7
"""A token that is remembered costs less than this share of a new one. Else there is nothing to weigh."""


def distinct(bench: Bench) -> Samples:
    """One filling for each contender, then as many windows as there are rounds."""
    samples: Samples = {}
    for name, contender in CONTENDERS.items():
        samples[f"distinct.{name}"] = _one(bench, contender)
    return samples


# --- private ---


def _one(bench: Bench, contender: Contender) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    with bench.start(contender) as server:

        def traffic(requests: str, *, count: int = 0, seed: int = 0) -> Traffic:
            return Traffic(
                name="load",
                port=server.port,
                requests=requests,
                count=count,
                seed=seed,
                header=contender.header,
            )

        # what any load makes it allocate is not the tokens' memory
        drive(server.pid, traffic(bench.stock.hot()), seconds=0.5, warm_s=0.5)
        before = processes.pss_bytes(processes.tree(server.pid))
        every = traffic(bench.stock.distinct(), count=DISTINCT)
        filling = drive(server.pid, every, seconds=PATIENCE_S, warm_s=0)
        grown = processes.pss_bytes(processes.tree(server.pid)) - before
        again = traffic(bench.stock.distinct(), seed=1)
        for _ in range(bench.rounds):
            window = drive(server.pid, again, seconds=bench.seconds, warm_s=0.1)
            for figure, value in figures(window).items():
                found.setdefault(figure, []).append(value)
    if statistics.median(found["cpu_us"]) < REMEMBERED * filling.cpu_us:
        found["bytes_per_token"] = [grown / filling.answered]
    return found
