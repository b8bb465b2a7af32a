"""What if the gateway is stopped, killed or hangs, or another answers in its place? Nothing gets through."""

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.builders import ec_key, jwks
from tests.wire import lab_issuer
from tests.wire.broken_service import BrokenService, Fault
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, Proxy, opened, printed_snippet
from tests.wire.http_message import Message
from tests.wire.identity_provider import AUDIENCE
from tests.wire.processes import accepts, free_port, wait_until
from tests.wire.raw_client import Response, bearer, send
from tests.wire.recording_server import RecordingServer, Reply, Respond
from tests.wire.sent_secrets import SentSecrets
from tests.wire.stand import Stand, opened_stand
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, BROWSER, ORIGIN, configuration

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


@pytest.fixture
def stand(front: Front, tmp_path: Path) -> Iterator[Stand]:
    """A stand of the test's own, whose gateway may be ended."""
    with opened_stand(front, BROWSER, None, tmp_path) as running:
        yield running


def _assert_closed(front: Front, answer: Response) -> None:
    """Only nginx can be told what to say for a gateway that is not there."""
    assert answer.status == front.traits.without_gateway


# --- the gateway itself ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_without_the_gateway_nothing_gets_through(stand: Stand, number: signal.Signals) -> None:
    """The requests carry secrets in the query: an nginx that cannot ask is tempted to log the whole line."""
    token = stand.lab_token()
    assert stand.send(token=token).status == 200
    stand.seen()
    stand.gateway.program.send(number)
    wait_until(lambda: stand.gateway.program.exit_code is not None, lambda: "it never ended")
    for target in (f"/v1/orders?key={uuid4()}", "/healthz", f"/public/x?access_token={token}", "/nowhere"):
        answer = stand.send(target, [("Origin", ORIGIN), ("Cookie", f"session={uuid4()}")], token=token)
        _assert_closed(stand.front, answer)
    stand.assert_unseen()


def test_sigterm_ends_it_well(stand: Stand) -> None:
    stand.send(token=stand.lab_token())
    assert stand.gateway.program.stop() == 0
    lines = stand.gateway.program.stdout.read_text().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert stand.gateway.program.stderr.read_text() == ""


def test_a_request_in_flight_is_answered_before_it_ends(front: Front, tmp_path: Path) -> None:
    """It waits for an issuer's keys when the signal comes."""
    key, asked, may_answer = ec_key("slow-1", 0x510), threading.Event(), threading.Event()

    def slow(request: Message) -> Reply:
        asked.set()
        may_answer.wait(10)
        return Reply(headers=(("Content-Type", "application/json"),), body=jwks(key))

    with RecordingServer(slow) as issuer:
        issuers = {
            name: {
                "issuer": f"https://{name}.example",
                "audiences": [AUDIENCE],
                "algorithms": ["ES256"],
                "jwks_uri": f"{issuer.url}/{name}",
                "allow_http": True,
                "allow_private_network": True,
            }
            for name in ("corp", "lab")
        }
        with (
            opened_stand(front, BEARER, None, tmp_path, issuers=issuers) as stand,
            ThreadPoolExecutor() as threads,
        ):
            token = stand.lab_token(key=key)
            assert asked.wait(10)  # the gateway fetches as soon as it starts
            answer = threads.submit(stand.send, token=token)
            wait_until(lambda: stand.gateway.connections() > 0, lambda: "the gateway was never asked")
            stand.gateway.program.send(signal.SIGTERM)
            wait_until(lambda: not accepts(stand.front.port_of(stand.gateway)), lambda: "it still accepts")
            assert stand.gateway.program.exit_code is None
            may_answer.set()
            assert answer.result(timeout=10).status == 200
            assert stand.seen().only("X-Auth-Subject") == "lab:alice"
            wait_until(lambda: stand.gateway.program.exit_code == 0, lambda: "it never ended")


# --- something else in its place ------------------------------------------------------------------


@contextmanager
def _asking(port: int, front: Front, backend: EchoBackend, directory: Path) -> Iterator[Proxy]:
    """The proxy with its snippet, whose gateway is whatever listens on this port."""
    keys = lab_issuer.write_keys(directory / "keys")
    file = directory / "gateway.yaml"
    file.write_text(json.dumps(configuration(BEARER, None, keys)))
    listen = free_port()
    snippet = printed_snippet(front.traits.target, file, gateway=port, backend=backend.port, listen=listen)
    with opened(front, snippet, directory / "proxy", port=listen) as proxy:
        yield proxy


# Traefik gives a hanging service 30 seconds, which no option changes: too long to wait for here.
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_a_broken_gateway_lets_nothing_through(
    front: Front, fault: Fault, backend: EchoBackend, tmp_path: Path
) -> None:
    if fault is Fault.HANGS and not front.traits.gives_up:
        fault = Fault.CLOSES
    secrets = SentSecrets()
    with BrokenService(fault) as broken, _asking(broken.port, front, backend, tmp_path) as proxy:
        token = secrets.add(lab_issuer.lab_token())
        target = f"/v1/orders?key={secrets.add(str(uuid4()))}"
        _assert_closed(front, send(proxy.port, target, [bearer(token)]))
        assert backend.requests == []
        assert secrets.found_in({"proxy": proxy.program.written()}) == []


def test_an_answer_that_is_no_permit_lets_nothing_through(
    front: Front, backend: EchoBackend, tmp_path: Path
) -> None:
    def with_status(status: int) -> Respond:
        reply = Reply(status=status, headers=(("Authorization", "Bearer odd"), ("Location", "/x")))
        return lambda _: reply

    with (
        RecordingServer(lambda _: Reply()) as stranger,
        _asking(stranger.port, front, backend, tmp_path) as proxy,
    ):
        for status in (300, 301, 302, 304, 400, 404, 407, 429, 500, 502, 503, 600):
            with stranger.answering(with_status(status)):
                answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
            assert answer.status >= 300
    assert backend.requests == []


def test_a_stranger_who_permits_everything_does_not_get_the_clients_token_through(
    front: Front, backend: EchoBackend, tmp_path: Path
) -> None:
    token = lab_issuer.lab_token()
    with (
        RecordingServer(lambda _: Reply()) as stranger,
        _asking(stranger.port, front, backend, tmp_path) as proxy,
    ):
        answer = send(proxy.port, "/v1/orders", [bearer(token), ("X-Auth-Subject", "root")])
    if front is Front.ENVOY_GRPC:  # a stranger to gRPC; another authorizer is in test_envoy_grpc
        _assert_closed(front, answer)
        assert backend.requests == []
        return
    assert answer.status == 200
    (seen,) = backend.requests
    assert seen.values("Authorization") == []
    assert [value for value in seen.values("X-Auth-Subject") if value] == []
    assert token not in seen.text()
