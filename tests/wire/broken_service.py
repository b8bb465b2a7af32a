"""What if the service that is asked does not answer as it should?

One of these in the place of the gateway (or of an issuer) must never let a request through.
"""

import socket
import threading
from contextlib import suppress
from enum import Enum, auto
from typing import Self, assert_never

_GARBAGE = b"\x16\x03\x01\x00\xa5 this is not HTTP\r\n\x00\xff\r\n\r\n"
_HALF_AN_ALLOW = b"HTTP/1.1 200 OK\r\nAuthorization: Bearer half\r\nContent-Le"


class Fault(Enum):
    """How the service is broken."""

    HANGS = auto()  # accepts, never answers
    GARBAGE = auto()  # answers bytes that are not HTTP
    CLOSES = auto()  # accepts and closes
    TRUNCATES = auto()  # closes within the head of a permit
    NOT_LISTENING = auto()  # the connection is refused


class BrokenService:
    """A loopback port that misbehaves in one way. A context manager."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._held: list[socket.socket] = []
        # A bound socket that does not listen keeps the port: nobody else can take it meanwhile.
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        if fault is not Fault.NOT_LISTENING:
            self._socket.listen(64)
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and free the port."""
        if self._thread.is_alive():
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        for connection in (*self._held, self._socket):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._misbehave(connection)

    def _misbehave(self, connection: socket.socket) -> None:
        match self._fault:
            case Fault.HANGS:
                self._held.append(connection)
            case Fault.GARBAGE:
                _answer(connection, _GARBAGE)
            case Fault.TRUNCATES:
                _answer(connection, _HALF_AN_ALLOW)
            case Fault.CLOSES | Fault.NOT_LISTENING:
                connection.close()
            case _:
                assert_never(self._fault)


def _answer(connection: socket.socket, answer: bytes) -> None:
    with connection, suppress(OSError):
        connection.settimeout(1)
        connection.recv(65536)
        connection.sendall(answer)
