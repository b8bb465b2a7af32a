"""How soon is a gateway with 100 routes ready, and how much memory does it take before its first request?"""

from loadtest import processes
from loadtest.contenders.gateway import gateway
from loadtest.measure import Bench
from loadtest.samples import Samples

TITLE = "Start of a gateway with 100 routes"
ROUTES = 100
TIMES = 5


def start(bench: Bench) -> Samples:
    """Several starts. Memory is that of the largest process, with all that it shares with others."""
    found: dict[str, list[float]] = {"ready_s": [], "rss_mb": []}
    for number in range(TIMES):
        place = bench.folder / f"start-{number}"
        place.mkdir()
        with gateway(routes=ROUTES).start(place, bench.stock.folder) as server:
            largest = max(processes.rss_bytes(pid) for pid in processes.tree(server.pid))
            found["ready_s"].append(server.ready_s)
            found["rss_mb"].append(largest / 1e6)
    return {"start.gateway": found}
