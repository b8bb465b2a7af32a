"""Does every client get its own answer, whatever a server has said to the one before?"""

import itertools
import socket
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings

from tests.edge.mutations import Draft, answer_wire, answers
from tests.edge.raw_request import credentials
from tests.edge.recorder import Recorder
from tests.server.edge.edged import Message
from tests.server.edge.edged import answers as answers_read
from tests.wire.gateway_process import GatewayProcess

pytestmark = pytest.mark.wire

KINDS = ("raw",)
HANGS_S = 0.1
"""An answer that never ends is waited for no longer; how it goes on is nobody's business."""


def own_answer(message: Message) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(message.target), message.target)


def test_no_answer_is_anothers(gateway: GatewayProcess, backends: dict[str, Recorder]) -> None:
    server, numbers = backends["raw"], itertools.count()
    needed = b"\r\n".join((*credentials("raw"), b"", b""))
    statuses = dict.fromkeys((b"200", b"502"), 0)

    def asked(target: bytes, patience_s: float) -> bytes:
        came = b""
        client = socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=patience_s)
        with client, suppress(ConnectionResetError, TimeoutError):
            client.sendall(b"GET " + target + b" HTTP/1.1\r\nConnection: close\r\n" + needed)
            while octets := client.recv(65536):
                came += octets
        return came

    @settings(max_examples=2 * settings().max_examples, suppress_health_check=list(HealthCheck))
    @given(answers)
    def each(draft: Draft) -> None:
        said = answer_wire(draft)
        server.answer = lambda _: said
        came = asked(b"/v1/odd", HANGS_S)
        statuses[came[9:12]] = statuses.get(came[9:12], 0) + 1
        server.answer = own_answer
        for _ in range(2):
            target = b"/v1/n%d" % next(numbers)
            (answer,) = answers_read(asked(target, 30))
            assert (answer.status, answer.body) == (200, target)

    each()
    assert min(statuses.values()) > 0
    assert all(seen.method == "GET" for seen in server.seen())
