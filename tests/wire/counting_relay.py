"""How many connections does a proxy open to the gateway? Each passes through here, byte for byte."""

import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self


class CountingRelay:
    """A TCP relay on loopback to `port`. A context manager."""

    def __init__(self, port: int) -> None:
        self.opened = 0
        """How many connections there were, open or gone."""
        self._to = port
        self._held: set[socket.socket] = set()
        self._counting = threading.Lock()
        self._server = _server(self._relay)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        for one in list(self._held):
            _end(one)
        self._server.server_close()  # waits for the threads of all connections

    @property
    def open(self) -> int:
        """How many are open now."""
        return len(self._held)

    def _relay(self, outer: socket.socket) -> None:
        with self._counting:
            self.opened += 1
        self._held.add(outer)
        try:
            with socket.create_connection(("127.0.0.1", self._to)) as inner:
                back = threading.Thread(target=_pump, args=(inner, outer))
                back.start()
                _pump(outer, inner)
                back.join()
        finally:
            self._held.discard(outer)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Until one side ends; then both have."""
    with suppress(OSError):
        while octets := source.recv(65536):
            sink.sendall(octets)
    _end(source)
    _end(sink)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _server(relay: Callable[[socket.socket], None]) -> socketserver.ThreadingTCPServer:
    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            relay(self.request)

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 128  # of five, a proxy that opens eight at once waits a second for the last

    return Server(("127.0.0.1", 0), Connection)
