"""A backend for large bodies: it reads all of one before it answers, and gives BULK octets to whoever asks.

`python -m loadtest.contenders.bulk_server PORT`. A thread for each connection, which only moves octets.
"""

import re
import socket
import sys
import threading
from typing import Final

BULK: Final = 100 * 1024 * 1024
PIECE: Final = 1024 * 1024
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


def serve(port: int) -> None:
    """Serve for ever."""
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_converse, args=(connection,), daemon=True).start()


# --- private ---


def _converse(connection: socket.socket) -> None:
    with connection:
        while _answer(connection):
            pass


def _answer(connection: socket.socket) -> bool:
    buffer = bytearray()
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        data = connection.recv(65536)
        if not data:
            return False
        buffer += data
    head = bytes(buffer[:end])
    if _CHUNKED.search(head):
        raise NotImplementedError("a body with a length, please")
    found = _LENGTH.search(head)
    _drop(connection, int(found[1]) - (len(buffer) - end - 4) if found else 0)
    size = BULK if head.startswith(b"GET ") else 0
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
    piece = bytes(PIECE)
    for _ in range(size // PIECE):
        connection.sendall(piece)
    return True


def _drop(connection: socket.socket, left: int) -> None:
    view = memoryview(bytearray(PIECE))
    while left > 0:
        count = connection.recv_into(view)
        if not count:
            return
        left -= count


if __name__ == "__main__":
    serve(int(sys.argv[1]))
