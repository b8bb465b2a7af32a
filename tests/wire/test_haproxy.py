"""What HAProxy alone does: it takes what is printed, and nothing passes where its script fails."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.core.policy import Policy
from gateway.dialects.snippets.haproxy import snippet
from gateway.dialects.snippets.haproxy_lua import SCRIPT
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p
from tests.wire import haproxy, lab_issuer
from tests.wire.components import locate, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.haproxy import HAProxy
from tests.wire.http_message import Message
from tests.wire.processes import Command, free_port
from tests.wire.raw_client import bearer, send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.stand import Stand, opened_stand
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, BROWSER, ORIGIN, configuration

pytestmark = pytest.mark.wire
POLICY = BROWSER
POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
ACTION = 'core.register_action("token_gateway", { "http-req" }, function(txn) %s end, 4)'


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


@pytest.fixture(scope="module", params=[Front.HAPROXY, Front.HAPROXY_NEW], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


def _given(reply: Reply, _: Message) -> Reply:
    return reply


@contextmanager
def _asking(
    front: Front, port: int, backend: EchoBackend, directory: Path, script: str = SCRIPT, first_rule: str = ""
) -> Iterator[HAProxy]:
    """HAProxy with its snippet, whose gateway is whatever listens on this port."""
    file = directory / "gateway.yaml"
    keys = lab_issuer.write_keys(directory / "keys")
    file.write_text(json.dumps(configuration(BEARER, None, keys)))
    text = printed_snippet(
        "haproxy", file, gateway=port, backend=backend.port, listen=(listen := free_port())
    )
    text = text.replace("    bind ", f"    {first_rule}\n    bind ", 1)
    with HAProxy(front.component, text, directory / "proxy", port=listen, script=script) as running:
        yield running


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_haproxy_accepts_it(front: Front, policy: Policy, tmp_path: Path) -> None:
    settings = Settings(gateway="http://127.0.0.1:4180", backend="http://127.0.0.1", listen="127.0.0.1:1")
    file = haproxy.write(snippet(policy, settings), tmp_path)
    command: Command = [locate(front.component), "-c", "-V", "-f", file]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "[WARNING]" not in ran.stderr + ran.stdout


@pytest.mark.parametrize(
    "body",
    [
        'error("a fault")',
        "txn.http:no_such_method()",
        "return",
        'txn:set_var("txn.token_gateway_status", 200)',
        'txn:set_var("txn.token_gateway_permit", false)',
        'txn:set_var("txn.token_gateway_permit", nil)',
    ],
)
def test_a_script_that_fails_lets_nothing_through(
    front: Front, body: str, backend: EchoBackend, tmp_path: Path
) -> None:
    """HAProxy itself goes on with the next rule, as if the action had been done."""
    with _asking(front, free_port(), backend, tmp_path, ACTION % body) as proxy:
        answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
    assert (answer.status, answer.values("Retry-After")) == (503, ["1"])
    assert backend.requests == []


@pytest.mark.parametrize("rule", ["http-request allow", "use_backend token_gateway_backend"])
def test_a_rule_of_the_operators_does_not_get_past_the_question(
    front: Front, rule: str, backend: EchoBackend, tmp_path: Path
) -> None:
    with _asking(front, free_port(), backend, tmp_path, first_rule=rule) as proxy:
        assert send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())]).status == 503
    assert backend.requests == []


def test_a_permit_that_cannot_be_carried_out_is_none(
    front: Front, backend: EchoBackend, tmp_path: Path
) -> None:
    """The script fails behind a 200, while the headers are being replaced."""
    broken = SCRIPT.replace("txn.http:req_add_header(", "txn.http:no_such_method(")
    assert broken != SCRIPT
    permit = Reply(headers=(("X-Auth-Subject", "alice"),))
    with (
        RecordingServer(lambda _: permit) as stranger,
        _asking(front, stranger.port, backend, tmp_path, broken) as proxy,
    ):
        assert send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())]).status == 503
    assert backend.requests == []


def test_what_stands_in_the_gateways_place_cannot_set_a_cookie(
    front: Front, backend: EchoBackend, tmp_path: Path
) -> None:
    """Of a refusal the client gets what the gateway gives, and of what is none it gets nothing at all."""
    pairs = (("Set-Cookie", "a=1"), ("Location", "http://evil.example"), ("Retry-After", "7"))
    with (
        RecordingServer(lambda _: Reply()) as stranger,
        _asking(front, stranger.port, backend, tmp_path) as proxy,
    ):
        for status, retry_after in ((401, "7"), (403, "7"), (302, "1"), (500, "1"), (503, "1")):
            reply = Reply(status=status, headers=pairs, body=b"<html>")
            with stranger.answering(partial(_given, reply)):
                answer = send(proxy.port, "/v1/orders")
            assert answer.status == (status if status < 500 and status != 302 else 503)
            assert answer.values("Retry-After") == [retry_after]
            assert answer.values("Set-Cookie") + answer.values("Location") == []
    assert backend.requests == []


def test_more_headers_than_it_can_ask_with_are_refused(stand: Stand) -> None:
    pairs = [(f"X-Header-{number}", "x") for number in range(94)]
    assert stand.send(headers=pairs[:80], token=stand.lab_token()).status == 200
    stand.seen()
    assert stand.send(headers=pairs, token=stand.lab_token()).status == 431
    assert not stand.asked()
    stand.assert_unseen()


def test_a_large_request_is_decided_or_refused(stand: Stand) -> None:
    for size in (8_000, 14_000, 15_000, 16_000, 20_000):
        answer = stand.send(headers=[("X-Large", "x" * size)], token=stand.lab_token())
        if size <= 14_000:
            assert answer.status == 200
            assert len(stand.seen().only("X-Large")) == size
        assert answer.status in {200, 400, 431}
    stand.assert_unseen()


def test_a_header_of_ours_that_does_not_fit_is_not_left_out(
    front: Front, backend: EchoBackend, tmp_path: Path
) -> None:
    """HAProxy would leave it out and go on: a client could take away the scopes that limit it."""
    scopes, sizes = "s" * 3000, range(9_000, 16_000, 250)
    pairs = (("Authorization", "Bearer ours"), ("X-Auth-Subject", "alice"), ("X-Auth-Scopes", scopes))
    with (
        RecordingServer(partial(_given, Reply(headers=pairs))) as stranger,
        _asking(front, stranger.port, backend, tmp_path) as proxy,
    ):
        statuses = [send(proxy.port, "/", [("X-Large", "x" * size)]).status for size in sizes]
    assert statuses[0] == 200
    assert 431 in statuses
    assert set(statuses) <= {200, 400, 431}  # 400 is HAProxy's own word for what is larger still
    for size, asked in zip(sizes, stranger.requests, strict=False):
        assert (len(asked.only("X-Large")), asked.only("X-Forwarded-Uri")) == (size, "/")
    assert len(backend.requests) == statuses.count(200)
    for seen in backend.requests:
        assert [seen.only(name) for name, _ in pairs] == [value for _, value in pairs]


def test_names_that_some_backends_read_in_another_way_do_not_arrive(stand: Stand) -> None:
    pairs = [("X_Request_Id", "1"), ("X.Request.Id", "2"), ("X-Request-Id", "3"), ("X!", "4")]
    assert stand.send(headers=pairs, token=stand.lab_token()).status == 200
    seen = stand.seen()
    assert [value for name, value in seen.headers if name.startswith("x") and len(value) == 1] == ["3"]


def test_the_gateway_is_asked_on_few_connections(stand: Stand) -> None:
    """Each thread of HAProxy's keeps its own."""
    for _ in range(40):
        assert stand.send(token=stand.lab_token()).status == 200
    assert 1 <= stand.gateway.connections() <= 4
    stand.backend.requests.clear()


def test_an_application_can_read_that_the_backend_is_down(
    front: Front, gateway: GatewayProcess, tmp_path: Path
) -> None:
    """HAProxy's own 503 has the gateway's CORS headers, and its log nothing of the request's."""
    with opened_stand(front, gateway, None, tmp_path) as stand:
        stand.backend.stop()
        target = f"/v1/orders?key={stand.secrets.add(str(uuid4()))}"
        answer = stand.send(target, [("Origin", ORIGIN)], token=stand.lab_token())
        assert answer.status == 503
        assert answer.values("Access-Control-Allow-Origin") == [ORIGIN]
        line = r'"method":"GET","path":"\/v1\/orders","protocol":"HTTP/1.1","status":503'
        stand.proxy.wait_for(lambda: line in stand.proxy.written(), "the line of the log")
