"""What do ten thousand clients cost that have asked once, and may ask again?"""

import resource
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from loadtest import processes
from loadtest.contenders import proxies
from loadtest.contenders.running import Unavailable
from loadtest.measure import Bench
from loadtest.samples import Samples

COUNT: Final = 10_000
TITLE: Final = f"{COUNT:,} connections that wait for their next request, each after one"
CONTENDERS: Final = {
    "gateway": proxies.gateway(reuse=True),
    "nginx": proxies.nginx(),
    "envoy": proxies.envoy(),
}
_FILES: Final = COUNT + 2000


def idle(bench: Bench) -> Samples:
    """Once for each: memory does not vary. Raises: Unavailable where so many files cannot be open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _FILES:
        raise Unavailable(f"the hard limit of open files is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, hard))
    request = Path(bench.stock.clients()).read_bytes()
    request = request[4 : 4 + int.from_bytes(request[:4], "little")]
    samples: Samples = {}
    for name, contender in CONTENDERS.items():
        with bench.start(contender) as server, ExitStack() as connections:
            pids = processes.tree(server.pid)
            before = processes.pss_bytes(pids)
            for _ in range(COUNT):
                connection = connections.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                connection.sendall(request)
                if not connection.recv(65536).startswith(b"HTTP/1.1 200 "):
                    raise RuntimeError(f"{contender.name} does not answer with 200")
            whole = processes.pss_bytes(pids)
            samples[f"idle.{name}"] = {"rss_mb": [whole / 1e6], "grown_mb": [(whole - before) / 1e6]}
    return samples
