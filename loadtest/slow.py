"""Who wastes a server's time? Clients that send their request a byte at a time, and never end it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD = b"GET /auth/nginx/orders HTTP/1.1\r\nHost: token-gateway\r\nX-Slow: "
PAUSE_S = 0.2


@contextmanager
def slow_clients(port: int, count: int) -> Iterator[None]:
    """Keep so many of them at it until the block ends; one that is thrown out comes back."""
    stop = threading.Event()
    thread = threading.Thread(target=_trickle, args=(port, count, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


# --- private ---


def _trickle(port: int, count: int, stop: threading.Event) -> None:
    connections = [_connect(port) for _ in range(count)]
    while not stop.wait(PAUSE_S):
        connections = [_one_byte_more(connection, port) for connection in connections]
    for connection in connections:
        connection.close()


def _one_byte_more(connection: socket.socket, port: int) -> socket.socket:
    try:
        connection.send(b"x")
    except OSError:  # thrown out
        connection.close()
        return _connect(port)
    return connection


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.send(_HEAD)
    return connection
