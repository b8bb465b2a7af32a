"""How soon is a gateway with 100 routes ready, and how much memory does it take before its first request?"""

from loadtest import processes
from loadtest.contenders.gateway import gateway
from loadtest.measure import Bench
from loadtest.samples import Samples

TITLE = "Start of a gateway with 100 routes"
ROUTES = 100
TIMES = 5


def start(bench: Bench) -> Samples:
    """Several starts: of one process that does everything, and of workers under a supervisor.

    Memory is that of the largest process, or worker, with all that it shares with others.
    """
    found: Samples = {"start.gateway": {"ready_s": [], "rss_mb": []}, "start.worker": {"rss_mb": []}}
    for number in range(TIMES):
        for name, workers in (("start.gateway", 1), ("start.worker", 2)):
            place = bench.folder / f"{name}-{number}"
            place.mkdir()
            with gateway(routes=ROUTES, workers=workers).start(place, bench.stock.folder) as server:
                measured = [pid for pid in processes.tree(server.pid) if workers == 1 or pid != server.pid]
                found[name]["rss_mb"].append(max(map(processes.rss_bytes, measured)) / 1e6)
                if workers == 1:
                    found[name]["ready_s"].append(server.ready_s)
    return found
