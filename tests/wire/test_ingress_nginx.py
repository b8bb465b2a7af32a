"""Does the gateway decide behind the locations that ingress-nginx renders from our annotations?"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from gateway.dialects.untrusted import UNTRUSTED
from tests.corpus.targets import ROWS, Row
from tests.strategies import tame_targets, targets
from tests.wire import raw_client
from tests.wire.backend_view import IDENTITY, assert_nobody
from tests.wire.components import version
from tests.wire.counting_relay import CountingRelay
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.ingress_stand import opened_ingress
from tests.wire.raw_client import bearer
from tests.wire.serving import OPEN, not_among
from tests.wire.stand import Stand, opened_gateway
from tests.wire.test_targets import WITH_ORDERS, authorization, request
from tests.wire.what_ran import record
from tests.wire.worlds import EVERYWHERE

pytestmark = pytest.mark.wire
POLICY = EVERYWHERE


@pytest.fixture(scope="module", params=[Front.NGINX_NEW, Front.NGINX_OLD], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.fixture(scope="module")
def _running_stand(
    front: Front, gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    with opened_ingress(front, gateway, tmp_path_factory.mktemp("ingress")) as running:
        yield running


TARGET = "/v1/orders/17?page=2&q=%2Fx"


def test_a_bearer_token_is_replaced(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send(TARGET, token=token).status == 200
    seen = stand.seen()
    assert seen.start_line == f"GET {TARGET} HTTP/1.1"
    stand.assert_lab_token_is_replaced(token, seen)


def test_a_body_arrives_whole(stand: Stand) -> None:
    token = stand.lab_token(scope="orders:write")
    assert stand.send(method="POST", token=token, body=b"x" * 70_000).status == 200
    assert stand.seen().body == b"x" * 70_000


def test_a_token_in_a_header_or_a_cookie_is_taken_away(stand: Stand) -> None:
    for name, before, after in (("X-Api-Token", "{}", ""), ("Cookie", "a=1; api_token={}", "a=1")):
        token = stand.lab_token()
        assert stand.send(headers=[(name, before.format(token))]).status == 200
        seen = stand.seen()
        assert "".join(seen.values(name)) == after
        stand.assert_lab_token_is_replaced(token, seen)


def test_a_public_route_knows_nobody(stand: Stand) -> None:
    pairs = [("X-Api-Token", stand.lab_token())]
    assert stand.send("/healthz", pairs).status == 200
    assert_nobody(stand.seen())


def test_refusals_are_401_with_a_challenge_and_403(stand: Stand) -> None:
    answer = stand.send()
    assert (answer.status, stand.reason) == (401, "credential_missing")
    assert answer.values("WWW-Authenticate") == ['Bearer realm="orders"']
    answer = stand.send(token=stand.lab_token(age_s=600))
    assert (answer.status, stand.reason) == (401, "token_expired")
    answer = stand.send(token=stand.lab_token(scope="other"))
    assert (answer.status, stand.reason) == (403, "scope_insufficient")
    answer = stand.send("/v1/invoices", token=stand.lab_token())
    assert (answer.status, stand.reason) == (403, "path_not_allowed")
    stand.assert_unseen()


def test_a_token_in_the_query_is_refused(stand: Stand) -> None:
    answer = stand.send(f"/v1/orders?access_token={stand.lab_token()}")
    assert (answer.status, stand.reason) == (403, "credential_misplaced")
    stand.assert_unseen()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Original-URL", "http://api.example.com/public/x"),
        ("X-Original-Method", "HEAD"),
        ("X-Original-URI", "/public/x"),
        ("X-Forwarded-Uri", "/public/x"),
        ("X-Forwarded-Method", "GET"),
        ("X-Forwarded-Host", "other.example.com"),
        ("X-Auth-Request-Redirect", "/public/x"),
        ("X_Original_URL", "http://api.example.com/public/x"),
        ("X-Token-Gateway-Removes", "query"),
    ],
)
def test_a_carrier_of_the_clients_opens_nothing(stand: Stand, name: str, value: str) -> None:
    assert stand.send("/admin", [(name, value)]).status == 401
    assert stand.send("/admin", [(name, value)], token=stand.lab_token()).status == 403
    stand.assert_unseen()


def test_each_decision_costs_a_connection(
    front: Front, gateway: GatewayProcess, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """As the comments of the snippet say: its auth-url is no upstream, and an upstream alone keeps any."""
    record(request.node, front.value, version(front.component))
    relays: list[CountingRelay] = []

    def through(port: int) -> CountingRelay:
        relays.append(CountingRelay(port))
        return relays[-1]

    with opened_ingress(front, gateway, tmp_path, through=through) as stand:
        for _ in range(10):
            assert stand.send(token=stand.lab_token()).status == 200
        assert [relay.opened for relay in relays] == [10]


def test_nothing_that_a_backend_might_believe_gets_through(stand: Stand) -> None:
    token = stand.lab_token()
    forged = [(name, "/forged") for name in UNTRUSTED if "method" not in name.lower()]
    assert stand.send(headers=forged, token=token).status == 200
    seen = stand.seen()
    stand.assert_lab_token_is_replaced(token, seen)
    assert [name for name in UNTRUSTED if "/forged" in seen.values(name)] == []


@pytest.mark.parametrize("name", [*IDENTITY, "X_Auth_Subject", "X.Auth.Subject"])
def test_nobody_can_say_who_they_are(stand: Stand, name: str) -> None:
    token = stand.lab_token()
    answer = stand.send(headers=[(name, "root"), bearer(token)])
    if answer.status == 200:  # nginx drops such names
        stand.assert_lab_token_is_replaced(token, stand.seen())
    else:
        assert (answer.status, stand.reason) == (403, "identity_header_forged")
    stand.assert_unseen()


def arrived(stand: Stand, target: bytes, *headers: bytes) -> list[str]:
    """The request lines that the backend gets for it."""
    raw_client.exchange(stand.port, request(target, *headers))
    lines = [seen.start_line for seen in stand.backend.requests]
    stand.backend.requests.clear()
    return lines


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_target_of_the_corpus_arrives_where_it_may_or_nowhere(stand: Stand, row: Row) -> None:
    lines = arrived(stand, row.target)
    assert not_among(OPEN, lines) == []
    assert len(lines) == (row.outcome == "public")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=targets() | tame_targets())
def test_no_target_whatever_arrives_where_the_policy_has_not_opened_it(stand: Stand, target: bytes) -> None:
    lines = arrived(stand, target) + arrived(stand, target, authorization(stand))
    assert not_among(WITH_ORDERS, lines) == []


@pytest.mark.parametrize(
    "target", [b"/public/../admin", b"//admin", b"/public/%2e%2e/admin", b"/public;/../admin"]
)
def test_an_ambiguous_path_is_refused(stand: Stand, target: bytes) -> None:
    answer = stand.send_raw(
        b"GET " + target + b" HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"
    )
    assert answer is not None
    assert answer.status == 403
    assert stand.reason.startswith("target_")
    stand.assert_unseen()


@pytest.mark.parametrize(
    ("target", "protocol", "status"),
    [
        ("/v1/feed", "websocket", 101),
        ("/v1/feed", "h2c", 403),
        ("/v1/orders", "websocket", 403),
        ("/public/x", "websocket", 403),
    ],
)
def test_the_gateway_sees_an_upgrade(stand: Stand, target: str, protocol: str, status: int) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: api.example.com\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n"
    token = stand.lab_token()
    answer = stand.send_raw(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
    assert answer is not None
    assert answer.status == status
    if status == 101:
        stand.assert_lab_token_is_replaced(token, stand.seen())
    stand.assert_unseen()


def test_an_absolute_form_target_is_judged_as_it_is_forwarded(stand: Stand) -> None:
    request = b"GET http://other.example/admin HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"
    answer = stand.send_raw(request)
    assert answer is not None
    assert answer.status in {400, 401, 403}
    stand.assert_unseen()


def test_without_the_gateway_nothing_gets_through_and_no_query_is_logged(
    front: Front, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    record(request.node, front.value, version(front.component))
    with (
        opened_gateway(POLICY, None, tmp_path) as mortal,
        opened_ingress(front, mortal, tmp_path) as stand,
    ):
        token = stand.lab_token()
        assert stand.send(token=token).status == 200
        stand.seen()
        stand.gateway.program.kill()
        for target in (f"/v1/orders?key={uuid4()}", f"/public/x?access_token={token}"):
            assert stand.send(target, token=token).status == 500
        stand.assert_unseen()
