"""What exactly does the edge say to a server? A server that keeps every byte, and reads it strictly."""

import socket
import socketserver
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Final, Self

from tests.edge.backends import Backend, Seen
from tests.server.edge.edged import Message, requests

Answer = Callable[[Message], bytes]

NOTHING_TO_SAY: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Recorder(Backend):
    """Answers each whole request. What the strict reader does not take is seen as malformed."""

    def __init__(self, answer: Answer = lambda _: NOTHING_TO_SAY) -> None:
        super().__init__()
        self.kind, self.ran = "raw", None
        self.answer = answer
        self.streams: list[bytearray] = []
        """What has come on each connection."""
        self.open = 0
        """How many connections there are."""
        self._seen: list[Seen] = []
        self._server = _server(self._serve)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def seen(self) -> list[Seen]:
        return list(self._seen)

    # --- private ---

    def _serve(self, connection: socketserver.BaseRequestHandler) -> None:
        stream = bytearray()
        self.streams.append(stream)
        self.open += 1
        try:
            self._converse(connection.request, stream)
        finally:
            self.open -= 1

    def _converse(self, connection: socket.socket, stream: bytearray) -> None:
        unread = b""
        while octets := connection.recv(65536):
            stream += octets
            unread += octets
            try:
                found, partial = requests(unread)
            except AssertionError as odd:
                self._seen.append(_malformed(str(odd)))
                return
            if partial:
                continue
            unread = b""
            for message in found:
                self._seen.append(_seen(message))
                connection.sendall(self.answer(message))


def _seen(message: Message) -> Seen:
    method, target, _ = message.start.decode("latin-1").split(" ")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers]
    digest = sha256(message.body).hexdigest()
    return Seen(method=method, target=target, headers=headers, size=len(message.body), digest=digest)


def _malformed(what: str) -> Seen:
    return Seen(method="malformed", target=what, headers=[], size=0, digest="")


def _server(serve: Callable[[socketserver.BaseRequestHandler], None]) -> socketserver.ThreadingTCPServer:
    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            serve(self)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True  # the gateway, which ends them, may end later
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that the edge has reset."""

    return Server(("127.0.0.1", 0), Connection)
