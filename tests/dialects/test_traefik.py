"""Traefik: `ForwardAuth`."""

from typing import Any

import pytest

from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import HeaderPairs
from gateway.core.policy import QueryCredential
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Preflight
from gateway.dialects import DIALECTS, forward_auth, traefik
from gateway.dialects.wire import ClientRequest
from tests.builders import PEER, bearer, cors, policy, snapshot, token, traefik_request
from tests.walk import converse


def read(**changes: Any) -> RequestFacts | Reason:
    facts = traefik.read(traefik_request(**changes), policy())
    return facts.reason if isinstance(facts, Deny) else facts


def test_the_facts_are_those_of_the_carriers() -> None:
    facts = read(
        method=b"DELETE", target=b"/a?b=1", scheme=b"http", host=b"A.example:8080", headers=(bearer("t"),)
    )
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.policy, facts.peer) == ("traefik", "orders", PEER)
    assert (facts.method, facts.scheme, facts.target) == ("DELETE", "http", b"/a?b=1")
    assert facts.host == Host(name="a.example", port=8080)
    assert facts.client_address == "203.0.113.9"
    assert facts.header_values(b"authorization") == [b"Bearer t"]
    assert (facts.can_remove_query, facts.can_remove_cookie) == (False, True)


@pytest.mark.parametrize(
    "carrier", [b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri"]
)
def test_a_missing_carrier(carrier: bytes) -> None:
    assert read(without=frozenset({carrier})) is Reason.CARRIER_MISSING


@pytest.mark.parametrize("carrier", sorted(forward_auth.CARRIERS))
def test_a_carrier_twice(carrier: bytes) -> None:
    assert read(headers=((carrier, b"x"), (carrier, b"x"))) is Reason.CARRIER_DUPLICATE


@pytest.mark.parametrize(
    ("headers", "upgrade"),
    [
        ((), None),
        (((b"x-token-gateway-upgrade", b"websocket"),), "websocket"),
        (((b"x-token-gateway-upgrade", b""),), None),
        (((b"upgrade", b"h2c"),), "h2c"),
    ],
)
def test_what_the_router_says_of_an_upgrade_that_traefik_hides(
    headers: HeaderPairs, upgrade: str | None
) -> None:
    facts = read(headers=headers)
    assert isinstance(facts, RequestFacts)
    assert facts.upgrade == upgrade


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (b"http", "http"),
        (b"https", "https"),
        (b"ws", "http"),
        (b"wss", "https"),
        (b"", Reason.CARRIER_MALFORMED),
        (b"HTTPS", Reason.CARRIER_MALFORMED),
        (b"gopher", Reason.CARRIER_MALFORMED),
        (b"https,http", Reason.CARRIER_MALFORMED),
        (b"https ", Reason.CARRIER_MALFORMED),
        (b"\xff", Reason.CARRIER_MALFORMED),
    ],
)
def test_the_scheme_is_one_token(scheme: bytes, expected: str | Reason) -> None:
    facts = read(scheme=scheme)
    assert (facts.scheme if isinstance(facts, RequestFacts) else facts) == expected


@pytest.mark.parametrize(
    "host", [b"", b"a@app.example", b"app.example:80:81", b"app.example, evil", b"app.example/evil", b"\xff"]
)
def test_a_host_that_is_none(host: bytes) -> None:
    assert read(host=host) is Reason.HOST_MALFORMED


@pytest.mark.parametrize("method", [b"", b"get", b"GET ", b"G\xc3\x89T", b"A" * 10_000])
def test_a_method_that_is_none(method: bytes) -> None:
    assert read(method=method) is Reason.METHOD_MALFORMED


@pytest.mark.parametrize(
    "name",
    [
        b"x-original-url",
        b"x-original-uri",
        b"x-rewrite-url",
        b"x-original-method",
        b"x-forwarded-prefix",
        b"forwarded",
    ],
)
def test_the_carriers_of_other_dialects_do_not_count(name: bytes) -> None:
    headers = ((name, b"https://api.example.com/public"), (name, b"/public"))
    verdict, _ = converse("traefik", traefik_request(target=b"/admin", headers=headers))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.CREDENTIAL_MISSING


def test_a_query_token_stays_where_it_is_and_is_refused_whatever_a_client_says() -> None:
    world = snapshot(policy(credentials=(QueryCredential(name="access_token"),)))
    target = b"/v1/orders?access_token=" + token().encode()
    for headers in ((), ((b"x-token-gateway-removes", b"query"),)):
        verdict, _ = converse("traefik", traefik_request(target=target, headers=headers), world)
        assert isinstance(verdict, Deny)
        assert verdict.reason is Reason.CREDENTIAL_UNREMOVABLE


def test_a_preflight_is_never_a_2xx_for_that_would_let_it_through() -> None:
    headers = ((b"origin", b"https://app.example.com"), (b"access-control-request-method", b"GET"))
    verdict, answer = converse(
        "traefik", traefik_request(method=b"OPTIONS", headers=headers), snapshot(policy(cors=cors()))
    )
    assert isinstance(verdict, Preflight)
    assert answer.status == 403


def test_the_dialect_imitates_its_proxy() -> None:
    client = ClientRequest(
        method="GET", scheme="https", authority="api.example.com", target="/v1/orders", headers=(bearer(),)
    )
    verdict, _ = converse("traefik", traefik.imitate(client, "/auth/traefik/orders", PEER))
    assert isinstance(verdict, Permit)
    assert DIALECTS["traefik"] is traefik
