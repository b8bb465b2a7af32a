"""What does the client get of an answer that two readers would read differently, and who gets the next one?

H53 of the corpus: an answer in doubt is none, and its connection carries no other request.
"""

import socket
from typing import Final

import pytest

from gateway.server.edge.limits import EdgeLimits
from tests.edge.asking import ask, fresh
from tests.edge.raw_request import PATIENCE_S, converse, request
from tests.edge.recorder import NOTHING_TO_SAY, Recorder
from tests.server.edge.edged import answers
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Truncated
from tests.wire.processes import wait_until

pytestmark = pytest.mark.wire

KINDS = ("raw",)
OK: Final = b"HTTP/1.1 200 OK\r\n"
SPLIT: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"

IN_DOUBT: Final = {
    "CL and TE": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SPLIT,
    "two lengths": OK + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + SPLIT,
    "one length twice": OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "a list of lengths": OK + b"Content-Length: 5, 5\r\n\r\nhello",
    "signed length": OK + b"Content-Length: +5\r\n\r\nhello",
    "coding twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "gzip": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "identity": OK + b"Transfer-Encoding: identity\r\n\r\n",
    "NUL": OK + b"X-A: a\0b\r\nContent-Length: 0\r\n\r\n",
    "bare CR": OK + b"X-A: a\rContent-Length: 9\r\nContent-Length: 0\r\n\r\n",
    "bare LF": OK + b"X-A: a\nContent-Length: 0\r\n\r\n",
    "folded": OK + b"X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "space before the colon": OK + b"Content-Length : 0\r\n\r\n",
    "no colon": OK + b"X-A\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "no version": b"200 OK\r\nContent-Length: 0\r\n\r\n",
    "status 99": b"HTTP/1.1 99 -\r\nContent-Length: 0\r\n\r\n",
    "status 2000": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n",
    "a flood of 1xx": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000 + NOTHING_TO_SAY,
    "a flood of 100": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + NOTHING_TO_SAY,
    "101 unasked": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "10 MB of headers": OK + b"X-A: %b\r\n" % (b"a" * 1000) * 10_000 + b"Content-Length: 0\r\n\r\n",
    "a header of 10 MB": OK + b"X-A: %b\r\nContent-Length: 0\r\n\r\n" % (b"a" * 10_000_000),
    "10,000 headers": OK + b"X: a\r\n" * 10_000 + b"Content-Length: 0\r\n\r\n",
}
CUT: Final = {
    "a size that is none": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
    "a chunk too long": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello!!\r\n0\r\n\r\n",
    "an extension with a bare LF": OK + b"Transfer-Encoding: chunked\r\n\r\n5;a=\nb\r\nhello\r\n0\r\n\r\n",
    "0x": OK + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "beyond 64 bits": OK + b"Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
    "LF behind a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n",
}
BEHIND: Final = {
    "a second answer": NOTHING_TO_SAY + SPLIT,
    "after chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SPLIT,
    "after 204": b"HTTP/1.1 204 No Content\r\n\r\n" + SPLIT,
    "after 304": b"HTTP/1.1 304 Not Modified\r\n\r\n" + SPLIT,
    "204 with a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    "one byte": NOTHING_TO_SAY + b"\0",
}


@pytest.fixture
def server(backends: dict[str, Recorder]) -> Recorder:
    backends["raw"].answer = lambda _: NOTHING_TO_SAY
    return backends["raw"]


def is_next_apart(gateway: GatewayProcess, server: Recorder) -> None:
    """The next request comes on a connection of its own, and gets its own answer."""
    before = len(server.streams)
    server.answer = lambda message: OK + b"Content-Length: %d\r\n\r\n" % len(message.target) + message.target
    target = fresh()
    answer = ask(gateway, "raw", target)
    assert (answer.status, answer.body) == (200, target.encode())
    assert len(server.streams) == before + 1


@pytest.mark.parametrize("wire", IN_DOUBT.values(), ids=IN_DOUBT)
def test_an_answer_in_doubt_is_a_502(gateway: GatewayProcess, server: Recorder, wire: bytes) -> None:
    server.answer = lambda _: wire
    asks = request("raw", f"GET {fresh()} HTTP/1.1".encode(), b"Connection: close")
    *interim, answer = answers(converse(gateway.edge_port, asks))
    assert {one.status for one in interim} <= {103}
    assert len(interim) <= EdgeLimits().interim_answers
    assert answer.status == 502
    assert b"poison" not in answer.body
    is_next_apart(gateway, server)


@pytest.mark.parametrize("wire", CUT.values(), ids=CUT)
def test_a_body_in_doubt_has_no_end(gateway: GatewayProcess, server: Recorder, wire: bytes) -> None:
    server.answer = lambda _: wire
    with pytest.raises((Truncated, ConnectionResetError)):
        ask(gateway, "raw", fresh())
    is_next_apart(gateway, server)


@pytest.mark.parametrize("wire", BEHIND.values(), ids=BEHIND)
def test_what_stands_behind_an_answer_is_nobodys(
    gateway: GatewayProcess, server: Recorder, wire: bytes
) -> None:
    server.answer = lambda _: wire
    answer = ask(gateway, "raw", fresh())
    assert answer.status in {200, 204, 304}
    assert "poison" not in answer.message.text()
    is_next_apart(gateway, server)


def test_an_answer_to_head_has_no_body_whatever_is_said(gateway: GatewayProcess, server: Recorder) -> None:
    server.answer = lambda _: SPLIT
    answer = ask(gateway, "raw", fresh(), method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    is_next_apart(gateway, server)


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-", OK + b"Content-Length: 9\r\n\r\nhello"]
)
def test_who_leaves_before_the_answer_ends_nobodys_request_but_its_own(
    gateway: GatewayProcess, server: Recorder, said: bytes
) -> None:
    """H54: the server's connection ends with its client, and carries nothing else."""
    server.answer = lambda _: said
    target = fresh()
    with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
        client.sendall(request("raw", f"GET {target} HTTP/1.1".encode()))
        server.only(target)
        wait_until(lambda: server.open == 1, lambda: f"{server.open} are open")
    wait_until(lambda: server.open == 0, lambda: "the server's connection is still there")
    is_next_apart(gateway, server)


def test_who_leaves_within_its_body_ends_the_servers_request(
    gateway: GatewayProcess, server: Recorder
) -> None:
    before = len(server.seen())
    with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
        client.sendall(request("raw", b"POST /v1/x HTTP/1.1", b"Content-Length: 100000", body=b"a" * 50_000))
        wait_until(lambda: sum(map(len, server.streams[-1:])) > 40_000, lambda: "the body has not come")
    wait_until(lambda: server.open == 0, lambda: "the server's connection is still there")
    assert len(server.seen()) == before
    is_next_apart(gateway, server)
