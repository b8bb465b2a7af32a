"""What is a client told of a limit, its own or a server's, and by which status?"""

import json
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest

from tests.app.process import running
from tests.edge.asking import ask, fresh
from tests.edge.raw_request import PATIENCE_S, refusal, request, until_closed
from tests.edge.recorder import NOTHING_TO_SAY, Recorder
from tests.edge.stack import configuration, token
from tests.server.edge.edged import Message, answers
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import free_port, wait_until
from tests.wire.raw_client import Response, bearer

pytestmark = pytest.mark.wire

Servers = dict[str, Recorder]
MOST: Final = 64 * 1024


class Slow(Recorder):
    """Answers once it may."""

    def __init__(self, kind: str) -> None:
        self.may = threading.Event()
        super().__init__(self._wait)
        self.kind = kind

    def _wait(self, _: Message) -> bytes:
        self.may.wait(PATIENCE_S)
        return NOTHING_TO_SAY


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """The port of a server that takes no connection: its queue is full (listen(2))."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003 -- socket's own
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        kinds = {"well": Recorder(), "slow": Slow("slow"), "busy": Slow("busy")}
        yield {name: stack.enter_context(server) for name, server in kinds.items()}


@pytest.fixture(scope="module")
def gateway(
    servers: Servers, silent: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    nobody = free_port()
    ports: dict[str, Any] = {name: server.port for name, server in servers.items()}
    config = configuration(
        {
            **ports,
            "gone": nobody,
            "silent": silent,
            "late": servers["slow"].port,
            "half": [nobody, ports["well"]],
        }
    )
    config["listeners"]["edge"]["requests_per_client"] = 3
    config["upstreams"]["late"]["first_byte_timeout"] = "1s"
    config["upstreams"]["silent"]["connect_timeout"] = "1s"
    config["upstreams"]["busy"]["max_requests"] = 2
    config["policies"]["well"]["routes"][0]["max_body"] = "64KiB"
    config["policies"]["slow"]["routes"][2]["timeout"] = "1s"
    with running(tmp_path_factory.mktemp("gateway"), config) as process:
        yield process


@contextmanager
def waiting(gateway: GatewayProcess, server: Recorder, count: int) -> Iterator[list[socket.socket]]:
    """Clients whose requests their server has, and has not answered."""
    assert isinstance(server, Slow)
    server.may.clear()
    before = len(server.seen())
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            place = ("127.0.0.1", gateway.edge_port)
            clients.append(stack.enter_context(socket.create_connection(place, timeout=PATIENCE_S)))
            clients[-1].sendall(request(server.kind, b"GET /v1/waits HTTP/1.1", b"Connection: close"))
        wait_until(lambda: len(server.seen()) == before + count, lambda: "they have not come")
        try:
            yield clients
            server.may.set()
            assert {answers(until_closed(client))[0].status for client in clients} == {200}
        finally:
            server.may.set()


def problem(answer: Response) -> int:
    """The status that the answer's own page says (RFC 9457)."""
    assert answer.values("content-type") == ["application/problem+json"]
    said: int = json.loads(answer.body)["status"]
    return said


# --- what a client sends ----------------------------------------------------------------------------


@pytest.mark.parametrize("expects", [(), (b"Expect: 100-continue",)], ids=["", "asking first"])
def test_too_large_is_413_before_anything_is_sent_on(
    gateway: GatewayProcess, servers: Servers, expects: tuple[bytes, ...]
) -> None:
    before = len(servers["well"].seen())
    wire = request("well", b"POST /v1/x HTTP/1.1", b"Content-Length: %d" % (MOST + 1), *expects)
    assert refusal(gateway.edge_port, wire).status == 413
    assert ask(gateway, "well", fresh(), method="POST", body=b"a" * MOST).status == 200
    assert len(servers["well"].seen()) == before + 1


def test_chunks_that_grow_too_large_are_413_as_well(gateway: GatewayProcess, servers: Servers) -> None:
    before = len(servers["well"].seen())
    body = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    wire = request("well", b"POST /v1/x HTTP/1.1", b"Transfer-Encoding: chunked", body=body * 4)
    assert refusal(gateway.edge_port, wire).status == 413
    assert len(servers["well"].seen()) == before


def test_whoever_is_slow_is_told_408(gateway: GatewayProcess, servers: Servers) -> None:
    """A head that does not end, and a body that comes octet by octet."""
    before = len(servers["well"].seen())
    head = request("well", b"GET /v1/x HTTP/1.1", b"X-A: b")[:-10]
    body = request("well", b"POST /v1/x HTTP/1.1", b"Content-Length: 10000", body=b"a")
    with ExitStack() as stack:
        clients = []
        for wire in (head, body):
            place = ("127.0.0.1", gateway.edge_port)
            clients.append(stack.enter_context(socket.create_connection(place, timeout=90)))
            clients[-1].sendall(wire)
        poll = (
            select.poll()
        )  # select() knows no descriptor above 1023, and ports that are held are descriptors
        poll.register(clients[1], select.POLLIN)
        while not poll.poll(500):
            clients[1].sendall(b"a")
        for client in clients:
            (answer,) = answers(until_closed(client))
            assert answer.status == 408
            assert answer.values(b"connection") == [b"close"]
    assert len(servers["well"].seen()) == before


# --- how many at once -------------------------------------------------------------------------------


def test_one_who_asks_too_much_at_once_is_told_429(gateway: GatewayProcess, servers: Servers) -> None:
    with waiting(gateway, servers["slow"], 3):
        answer = ask(gateway, "slow", fresh())
        assert (answer.status, problem(answer)) == (429, 429)
        assert int(answer.values("retry-after")[0]) >= 1
    assert ask(gateway, "slow", fresh()).status == 200


def test_a_server_with_all_that_it_may_have_is_503(gateway: GatewayProcess, servers: Servers) -> None:
    with waiting(gateway, servers["busy"], 2):
        answer = ask(gateway, "busy", fresh("/public"), ("X-A", "1"))
        assert (answer.status, problem(answer)) == (503, 503)
        assert int(answer.values("retry-after")[0]) >= 1
    assert ask(gateway, "busy", fresh()).status == 200


# --- what a server does -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "target", "status"),
    [
        pytest.param("gone", "/v1/x", 502, id="nobody listens"),
        pytest.param("silent", "/v1/x", 504, id="no connection in time"),
        pytest.param("late", "/v1/x", 504, id="no answer in time"),
        pytest.param("slow", "/odd/x", 504, id="not whole in time"),
    ],
)
def test_a_server_that_fails(
    gateway: GatewayProcess, servers: Servers, name: str, target: str, status: int
) -> None:
    slow = servers["slow"]
    assert isinstance(slow, Slow)
    slow.may.clear()
    answer = ask(gateway, name, target)
    slow.may.set()
    assert (answer.status, problem(answer)) == (status, status)
    assert str(servers["well"].port) not in answer.message.text()


def test_who_is_not_there_is_asked_no_more_and_another_is(gateway: GatewayProcess, servers: Servers) -> None:
    for _ in range(6):
        target = fresh()
        assert ask(gateway, "half", target).status == 200
        assert servers["well"].only(target).method == "GET"


def test_a_server_that_keeps_failing_is_left_alone(gateway: GatewayProcess) -> None:
    statuses = [ask(gateway, "gone", fresh()).status for _ in range(20)]
    assert set(statuses) <= {502, 503}
    assert 503 in statuses  # and not to the end where twenty take as long as it is left alone


# --- how it is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html"), ("*/*", "application/problem+json")]
)
def test_a_browser_gets_a_page(gateway: GatewayProcess, accept: str, kind: str) -> None:
    answer = ask(gateway, "gone", fresh(query="?<script>"), bearer(token()), ("Accept", accept))
    assert answer.status in {502, 503}
    assert answer.values("content-type")[0].partition(";")[0] == kind
    assert answer.values("x-content-type-options") == ["nosniff"]
    assert "<script>" not in answer.message.text()
