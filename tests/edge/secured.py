"""How does a client come to the edge by TLS, with which certificate, and what does it see of ours?"""

import hashlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from gateway.core.base64url import encode
from tests.edge.raw_request import PATIENCE_S, until_closed
from tests.edge.stack import configuration
from tests.tls.authority import Authority, Pair

OURS: Final = Authority("ours")
THEIRS: Final = Authority("theirs")


def write(folder: Path, name: str, pair: Pair) -> None:
    """As an operator's tool does: the key first, each file in the place of the old one."""
    for suffix, content in (("key", pair.key), ("crt", pair.chain)):
        fresh = folder / f"{name}.{suffix}.new"
        fresh.write_bytes(content)
        fresh.rename(folder / f"{name}.{suffix}")


def secured(folder: Path, port: int, **tls: Any) -> dict[str, Any]:
    """An edge with a certificate for `api.example`, before one server."""
    folder.mkdir(exist_ok=True)
    (folder / "ca.crt").write_bytes(OURS.pem)
    write(folder, "api", OURS.serving("api.example"))
    config = configuration({"api": port})
    config["listeners"]["edge"]["tls"] = {"certificate": "file:api.crt", "key": "file:api.key", **tls}
    return config


def trusting(shows: Pair | None = None, trusts: Authority = OURS) -> ssl.SSLContext:
    """A client that trusts an authority, and shows a certificate if it is asked for one."""
    context = ssl.create_default_context(cadata=trusts.pem.decode())
    if shows is not None:
        with NamedTemporaryFile() as file:
            file.write(shows.chain + shows.key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


@contextmanager
def connected(port: int, context: ssl.SSLContext, name: str = "api.example") -> Iterator[ssl.SSLSocket]:
    """A connection whose server has shown this name. Raises: SSLError, ConnectionError."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client,
        context.wrap_socket(client, server_hostname=name) as wrapped,
    ):
        yield wrapped


def said(client: ssl.SSLSocket, wire: bytes) -> bytes:
    """What is answered, until the end."""
    client.sendall(wire)
    return until_closed(client)


def is_let_in(port: int, context: ssl.SSLContext, name: str = "api.example") -> bool:
    """Whether a handshake comes to its end. In TLS 1.3 a server refuses a client after the client's own."""
    try:
        with connected(port, context, name) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return client.recv(1) != b""
    except (ssl.SSLError, ConnectionError):
        return False


def names_shown(port: int, name: str = "api.example") -> tuple[str, ...]:
    """The DNS names of the certificate that is shown to whoever asks for this one."""
    with connected(port, trusting(), name) as client:
        shown: Sequence[tuple[str, str]] = (client.getpeercert() or {})["subjectAltName"]  # type: ignore[assignment]
        return tuple(value for _, value in shown)


def serial_shown(port: int) -> str:
    """Which certificate is shown."""
    with connected(port, trusting()) as client:
        return str((client.getpeercert() or {})["serialNumber"])


def thumbprint(pair: Pair) -> str:
    """What binds a token to it (RFC 8705 section 3.1)."""
    return encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pair.chain.decode())).digest()).decode()
