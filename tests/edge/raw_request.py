"""Which bytes does a hostile client send, and what comes back before the connection ends?"""

import socket
from contextlib import suppress
from typing import Final

from tests.edge.stack import host_of, token
from tests.server.edge.edged import Message, answers

PATIENCE_S: Final = 30.0


def credentials(name: str) -> tuple[bytes, bytes]:
    """The lines that make a request one that is permitted."""
    return b"Host: " + host_of(name).encode(), b"Authorization: Bearer " + token().encode()


def request(
    name: str,
    start: bytes,
    *headers: bytes,
    body: bytes = b"",
    host: bytes | None = None,
    end: bytes = b"\r\n",
) -> bytes:
    """A request with a good token, and whatever else is said."""
    named, bearer = credentials(name)
    said = named if host is None else host
    lines = (start, *([said] if said else []), bearer, *headers)
    return end.join((*lines, b"", b"")) + body


def converse(port: int, *pieces: bytes, patience_s: float = PATIENCE_S) -> bytes:
    """Send the pieces; give what has come until the end. Raises: TimeoutError."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as client:
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                client.sendall(piece)
        return until_closed(client)


def until_closed(client: socket.socket) -> bytes:
    """What comes until the end. Raises: TimeoutError."""
    came = bytearray()
    with suppress(ConnectionResetError):
        while octets := client.recv(65536):
            came += octets
    return bytes(came)


def refusal(port: int, *pieces: bytes) -> Message:
    """The one answer before the connection ends."""
    (answer,) = answers(converse(port, *pieces))
    return answer
