"""How fast do 100 MiB go through a proxy, down and up, and what does it cost?

The backend shares the proxy's processor, as everywhere here; the client has the other one, and does nothing
but read or write.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from loadtest import machine, processes
from loadtest.contenders import proxies
from loadtest.contenders.backend import bulk
from loadtest.contenders.bulk_server import BULK, PIECE
from loadtest.contenders.running import Server
from loadtest.measure import Bench
from loadtest.requests import Stock
from loadtest.samples import Samples

TITLE: Final = "One client and 100 MiB, through each proxy: down, and up with Content-Length"
CONTENDERS: Final = {
    "gateway": proxies.gateway(bulk, reuse=True),
    "nginx": proxies.nginx(bulk),
    "envoy": proxies.envoy(bulk),
}
PATH: Final = "/v1/shop-0/orders/large"
PATIENCE_S: Final = 60


def large(bench: Bench) -> Samples:
    """In turn, as often as there are rounds. Raises: RuntimeError for any answer but a whole one of 200."""
    samples: Samples = {f"large.{name}-{way}": {} for name in CONTENDERS for way in WAYS}
    with ExitStack() as stack, _on_the_clients_core():
        servers = {name: stack.enter_context(bench.start(one)) for name, one in CONTENDERS.items()}
        for _ in range(bench.rounds):
            for name, server in servers.items():
                for way, transfer in WAYS.items():
                    for figure, value in _measured(server, transfer, bench.stock).items():
                        samples[f"large.{name}-{way}"].setdefault(figure, []).append(value)
    return samples


# --- private ---


def _measured(
    server: Server, transfer: Callable[[socket.socket, str], None], stock: Stock
) -> dict[str, float]:
    pids = processes.tree(server.pid)
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        cpu_s, began = processes.cpu_s(pids), time.perf_counter()
        transfer(connection, stock.issuer.token("RS256", "hot-0"))
        took_s = time.perf_counter() - began
        cpu_s = processes.cpu_s(pids) - cpu_s
    return {"mb_per_second": BULK / 1e6 / took_s, "cpu_ms": cpu_s * 1e3}


def _down(connection: socket.socket, token: str) -> None:
    connection.sendall(_head("GET", PATH, token))
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    count = connection.recv_into(view)
    head, end, rest = bytes(buffer[:count]).partition(b"\r\n\r\n")
    _check(head, end)
    left = BULK - len(rest)
    while left > 0:
        count = connection.recv_into(view)
        if not count:
            raise RuntimeError(f"the answer ends {left} bytes early")
        left -= count


def _up(connection: socket.socket, token: str) -> None:
    connection.sendall(_head("PUT", PATH, token, f"Content-Length: {BULK}\r\n"))
    piece = bytes(PIECE)
    for _ in range(BULK // PIECE):
        connection.sendall(piece)
    head, end, _ = connection.recv(PIECE).partition(b"\r\n\r\n")
    _check(head, end)


WAYS: Final = {"down": _down, "up": _up}


def _head(method: str, path: str, token: str, more: str = "") -> bytes:
    lines = f"Host: api.example.com\r\nAuthorization: Bearer {token}\r\n{more}"
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode()


def _check(head: bytes, end: bytes) -> None:
    if not end or not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"expected 200, got {head[:40]!r}")


@contextmanager
def _on_the_clients_core() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {machine.CLIENT_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
