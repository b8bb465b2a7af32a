"""What does the client get, for exactly these bytes?"""

import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast

from tests.wire.http_message import Message, Truncated, read_message

TIMEOUT_S = 40.0  # Traefik gives an authorization service 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer, header pairs in their order."""

    status: int
    message: Message

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return self.message.headers

    @property
    def body(self) -> bytes:
        return self.message.body

    def values(self, name: str) -> list[str]:
        return self.message.values(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """TLS, of a server that this context believes and that shows this name."""

    context: ssl.SSLContext
    name: str


def exchange(
    port: int, *requests: bytes, to_head: bool = False, tls: Verified | None = None
) -> list[Response]:
    """Send the requests in one write on one connection; read one answer for each.

    Fewer answers than requests come back where the peer closes earlier. Raises `Truncated` for half
    an answer, `TimeoutError` for none.
    """
    with _connected(port, tls) as connection:
        connection.sendall(b"".join(requests))
        with connection.makefile("rb") as stream:
            found = (_response(cast("BinaryIO", stream), bodiless=to_head) for _ in requests)
            return [response for response in found if response is not None]


def send(
    port: int,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    *,
    method: str = "GET",
    host: str = "api.example.com",
    body: bytes = b"",
    tls: Verified | None = None,
) -> Response:
    """One request with these header pairs, on a connection of its own."""
    length = [("Content-Length", str(len(body)))] if body else []
    pairs = [("Host", host), *headers, *length, ("Connection", "close")]
    head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    request = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
    answers = exchange(port, request, to_head=method == "HEAD", tls=tls)
    if not answers:
        raise Truncated("closed without an answer")
    return answers[0]


def bearer(token: str) -> tuple[str, str]:
    """The header pair that presents a token."""
    return ("Authorization", f"Bearer {token}")


def _connected(port: int, tls: Verified | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    if tls is None:
        return plain
    try:
        return tls.context.wrap_socket(plain, server_hostname=tls.name)
    except BaseException:
        plain.close()
        raise


def _response(stream: BinaryIO, *, bodiless: bool) -> Response | None:
    message = read_message(stream, bodiless=bodiless)
    if message is None:
        return None
    return Response(status=int(message.start_line.split(" ")[1]), message=message)
