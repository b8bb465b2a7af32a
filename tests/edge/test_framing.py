"""Does any server see anything of a request whose end, or whose meaning, is in doubt?"""

import socket

import pytest

from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend
from tests.edge.framing import ALL, CHUNKS, Row
from tests.edge.raw_request import PATIENCE_S, refusal, request, until_closed
from tests.edge.stack import token
from tests.server.edge.edged import answers
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("all_of_them")]

KINDS = ("nginx", "node", "raw")
"""Two parsers that differ, and one that keeps every byte."""


@pytest.mark.parametrize("row", ALL.values(), ids=ALL)
def test_what_is_in_doubt_is_refused_and_the_connection_closed(
    gateway: GatewayProcess, backends: dict[str, Backend], row: Row
) -> None:
    before = {kind: len(backend.seen()) for kind, backend in backends.items()}
    for kind in backends:
        wire = request(kind, row.start, *row.headers, body=row.body, host=row.host, end=row.end)
        answer = refusal(gateway.edge_port, wire)
        assert answer.status == row.status
        assert answer.values(b"connection") == [b"close"]
        assert ask(gateway, kind, fresh(), bearer(token())).status == 200
    for kind, backend in backends.items():  # a byte that a connection had kept would stand before it
        (seen,) = backend.seen()[before[kind] :]
        assert seen.target.startswith("/v1/a")


@pytest.mark.parametrize("row", CHUNKS.values(), ids=CHUNKS)
def test_chunks_that_turn_out_to_be_none_end_no_request(
    gateway: GatewayProcess, backends: dict[str, Backend], row: Row
) -> None:
    """The server has the head already, and waits for the body."""
    before = {kind: len(backend.seen()) for kind, backend in backends.items()}
    for kind in backends:
        with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
            client.sendall(request(kind, row.start, *row.headers, b"Expect: 100-continue"))
            assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(row.body)
            (answer,) = answers(until_closed(client))
        assert answer.status == 400
        assert ask(gateway, kind, fresh(), bearer(token())).status == 200
    for kind, backend in backends.items():
        (seen,) = backend.seen()[before[kind] :]
        assert seen.target.startswith("/v1/a")
