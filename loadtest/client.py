"""How is a server kept busy without measuring the client? A closed loop over keep-alive connections."""

import selectors
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One candidate's load: whole requests, each answered before the next on its connection."""

    port: int
    requests: tuple[bytes, ...]
    """Sent in turn; several, so that nobody is measured on one cached token by accident."""
    expected: bytes = b" 200 "
    connections: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the client saw."""

    answered: int
    unexpected: int
    seconds: float


def drive(load: Load, *, seconds: float) -> Run:
    """Keep every connection busy for so long. Raises: OSError where the server closes one."""
    with selectors.DefaultSelector() as selector:
        for _ in range(load.connections):
            connection = socket.create_connection(("127.0.0.1", load.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
        try:
            return _loop(selector, load, seconds)
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]  # they are the sockets from above


def _loop(selector: selectors.BaseSelector, load: Load, seconds: float) -> Run:
    answered = unexpected = 0
    requests, count = load.requests, len(load.requests)
    for number, key in enumerate(list(selector.get_map().values())):
        key.fileobj.sendall(requests[number % count])  # type: ignore[union-attr]
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select(0.1):
            connection = key.fileobj
            answer = connection.recv(65536)  # type: ignore[union-attr]
            if not answer:
                raise OSError("the server closed a connection")
            answered += 1  # answers are small: one segment on loopback
            unexpected += load.expected not in answer[:16]
            connection.sendall(requests[answered % count])  # type: ignore[union-attr]
    return Run(answered=answered, unexpected=unexpected, seconds=time.perf_counter() - started)
