"""Are WebSockets at the edge opened and closed as docs/edge.md says?"""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests import builders as b
from tests.docs import edge_page as page
from tests.docs.edge_page import HOST, ISSUER, Json, Reader
from tests.wire.echo_backend import EchoBackend
from tests.wire.raw_client import bearer, send

pytestmark = pytest.mark.wire

WANTED = (
    *(("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)


def token(life_s: int = 300) -> str:
    now = int(time.time())  # noqa: TID251 - the gateway reads the real clock
    return b.token(iss=ISSUER, iat=now, nbf=now, exp=now + life_s)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(folder=tmp_path)


def plain() -> Json:
    configuration = page.with_pieces(page.piece("websocket"))
    configuration["listeners"]["edge"].pop("tls")
    return configuration


class SilentBackend:
    """Grants an upgrade, and then waits for the end. A context manager."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._server.close()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 101 -\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            while connection.recv(65536):
                pass
        self.ended.set()


@contextmanager
def opened(port: int, mine: str) -> Iterator[socket.socket]:
    lines = [f"{name}: {value}" for name, value in (("Host", HOST), *WANTED, bearer(mine))]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        one.sendall("\r\n".join(("GET /v1/feed HTTP/1.1", *lines, "", "")).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            part = one.recv(1)
            assert part, head
            head += part
        assert head.startswith(b"HTTP/1.1 101 ")
        yield one


@pytest.mark.parametrize("where", ["header", "subprotocol", "query"])
def test_one_is_opened_by_a_token_in_each_place(reader: Reader, where: str) -> None:
    mine = token()
    target = f"/v1/feed?access_token={mine}&a=%2f" if where == "query" else "/v1/feed"
    shown = {
        "header": [bearer(mine)],
        "subprotocol": [("Sec-WebSocket-Protocol", f"orders.v1, bearer.{mine}")],
        "query": [],
    }
    with EchoBackend() as backend, reader.serve(backend.url, configuration=plain()) as gateway:
        assert send(gateway.edge_port, target, [*WANTED, *shown[where]], host=HOST).status == 101
        got = backend.requests[-1]
        assert mine not in got.text()
        assert got.start_line == f"GET /v1/feed{'?a=%2f' if where == 'query' else ''} HTTP/1.1"
        assert got.values("sec-websocket-protocol") == (["orders.v1"] if where == "subprotocol" else [])
        assert send(gateway.edge_port, "/v1/feed", WANTED, host=HOST).status == 401


def test_it_ends_with_the_clients_token(reader: Reader) -> None:
    configuration = plain()
    configuration["issuers"]["corp"]["leeway"] = "0s"
    with SilentBackend() as backend, reader.serve(backend.url, configuration=configuration) as gateway:
        with opened(gateway.edge_port, token(12)) as client:  # it takes one of 5 s and more: 6 s to open it
            assert client.recv(4) == b"\x88\x02" + (1008).to_bytes(2)
            assert client.recv(1) == b""
        assert backend.ended.wait(10)


def test_it_is_told_that_the_gateway_ends(reader: Reader) -> None:
    with SilentBackend() as backend, reader.serve(backend.url, configuration=plain()) as gateway:
        with opened(gateway.edge_port, token()) as client:
            gateway.program.send(signal.SIGTERM)
            assert client.recv(4) == b"\x88\x02" + (1001).to_bytes(2)
        assert gateway.program.stop() == 0
        assert backend.ended.wait(10)
