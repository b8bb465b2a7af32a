"""What did this server really receive? A loopback HTTP server that keeps every request as it came."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Self, cast

from tests.wire.http_message import Message, Truncated, read_message

SWITCHING = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer. Content-Length is added, but not to 101: what follows that is no message."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def encode(self) -> bytes:
        length = [] if self.status == SWITCHING else [("Content-Length", str(len(self.body)))]
        pairs = [*self.headers, *length]
        lines = [f"HTTP/1.1 {self.status} -", *(f"{name}: {value}" for name, value in pairs)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


Respond = Callable[[Message], Reply]


class RecordingServer:
    """Answers with `respond`, remembers in `requests`. Connections stay open. A context manager."""

    def __init__(self, respond: Respond) -> None:
        self.requests: list[Message] = []
        self.connections = 0
        self._respond = respond
        self._closing = False
        self._open: set[socketserver.StreamRequestHandler] = set()
        self._place = _place()
        self.port: int = self._place.getsockname()[1]
        self._server = _server(self.port, self._converse)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def answering(self, respond: Respond) -> Iterator[None]:
        """Answer in another way for a while."""
        usual, self._respond = self._respond, respond
        try:
            yield
        finally:
            self._respond = usual

    def close(self) -> None:
        """Stop, and let the port go."""
        self.stop()
        self._place.close()

    def stop(self) -> None:
        """Stop accepting and end the open connections. Nobody else is given the port until `close`."""
        self._server.shutdown()
        self._thread.join()
        self._closing = True  # for a conversation that is not in _open yet
        for conversation in list(self._open):
            with suppress(OSError):
                conversation.request.shutdown(2)
        self._server.server_close()

    def _converse(self, conversation: socketserver.StreamRequestHandler) -> None:
        self.connections += 1
        self._open.add(conversation)
        try:
            with suppress(Truncated, ConnectionError):
                while not self._closing and self._turn(conversation):
                    pass
        finally:
            self._open.discard(conversation)

    def _turn(self, conversation: socketserver.StreamRequestHandler) -> bool:
        request = read_message(cast("BinaryIO", conversation.rfile))
        if request is None:
            return False
        self.requests.append(request)
        answer = self._respond(request)
        reply = answer.encode()
        if request.start_line.startswith("HEAD "):
            reply = reply[: reply.index(b"\r\n\r\n") + 4]
        conversation.wfile.write(reply)
        if answer.status == SWITCHING:
            return False  # the other protocol has nothing to say
        closing = "close" in ",".join(request.values("connection")).lower()
        return not closing and not request.start_line.endswith("HTTP/1.0")


def _place() -> socket.socket:
    """Keep a port of 127.0.0.1. Bound and never listening, it leaves room for one that listens: socket(7)."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place


def _server(
    port: int, converse: Callable[[socketserver.StreamRequestHandler], None]
) -> socketserver.ThreadingTCPServer:
    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            converse(self)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        request_queue_size = 128  # of five, whoever comes sixth at once waits a second or more

    # the threads end when `stop` shuts their connections; server_close waits for them
    return Server(("127.0.0.1", port), Conversation)
