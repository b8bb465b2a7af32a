"""Envoy: `ext_authz` over HTTP, which asks with the request itself."""

from typing import Any

import pytest

from gateway.core.facts import Host, RequestFacts
from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential, QueryCredential
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Preflight
from gateway.dialects import envoy
from gateway.dialects.wire import ClientRequest
from tests.builders import PEER, bearer, cors, envoy_request, policy, snapshot, token
from tests.walk import converse

REMOVE = b"x-envoy-auth-headers-to-remove"
EVERYWHERE = policy(
    credentials=(BearerCredential(), HeaderCredential(name="x-api-token"), CookieCredential(name="api_token"))
)


def read(**changes: Any) -> RequestFacts | Reason:
    facts = envoy.read(envoy_request(**changes), policy())
    return facts.reason if isinstance(facts, Deny) else facts


def test_the_facts_are_those_of_the_request_itself() -> None:
    facts = read(method=b"DELETE", target=b"/a?b=1", scheme=b"http", host=b"A.example:8080")
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.policy, facts.peer) == ("envoy", "orders", PEER)
    assert (facts.method, facts.scheme, facts.target) == ("DELETE", "http", b"/a?b=1")
    assert (facts.host, facts.client_address) == (Host(name="a.example", port=8080), "203.0.113.9")


@pytest.mark.parametrize("target", [b"", b"x", b"?x=1", b"*", b"http://api.example.com/v1/orders"])
def test_what_is_not_behind_a_slash_is_no_target(target: bytes) -> None:
    verdict, _ = converse("envoy", envoy_request(target=target, headers=(bearer(),)))
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.TARGET_FORM


@pytest.mark.parametrize(
    "name", [b"x-forwarded-uri", b"x-original-url", b"x-envoy-original-path", b"x-forwarded-host"]
)
def test_no_header_tells_of_another_target_or_host(name: bytes) -> None:
    facts = read(target=b"/admin", headers=((name, b"/public/x"),))
    assert isinstance(facts, RequestFacts)
    assert (facts.target, facts.host.name) == (b"/admin", "api.example.com")


def test_the_scheme_must_be_told() -> None:
    assert read(without=frozenset({b"x-forwarded-proto"})) is Reason.CARRIER_MISSING
    assert read(scheme=b"wss") is Reason.CARRIER_MALFORMED


def removed(policy_: Any, **changes: Any) -> tuple[set[bytes], dict[bytes, bytes]]:
    verdict, answer = converse("envoy", envoy_request(**changes), snapshot(policy_))
    assert isinstance(verdict, Permit)
    headers = dict(answer.headers)
    return set(headers.get(REMOVE, b"").split(b",")) - {b""}, headers


def test_what_is_not_overwritten_is_named() -> None:
    names, headers = removed(EVERYWHERE, headers=((b"x-api-token", token().encode()),))
    assert names == {b"x-api-token", b"cookie"}
    assert headers[b"authorization"].startswith(b"Bearer ey")


def test_cookies_that_are_left_are_set_and_not_removed() -> None:
    names, headers = removed(EVERYWHERE, headers=((b"cookie", b"a=1; api_token=" + token().encode()),))
    assert (names, headers[b"cookie"]) == ({b"x-api-token"}, b"a=1")


def test_where_nothing_is_to_go_nothing_is_named() -> None:
    names, headers = removed(policy(), headers=(bearer(),))
    assert (names, REMOVE in headers) == (set(), False)


def test_a_public_route_takes_the_clients_token_away() -> None:
    names, headers = removed(policy(), target=b"/public/x", headers=(bearer(),))
    assert names == {b"authorization"}
    assert b"authorization" not in headers


def test_a_preflight_is_left_to_envoys_own_filter() -> None:
    headers = ((b"origin", b"https://app.example.com"), (b"access-control-request-method", b"GET"))
    asked = envoy_request(method=b"OPTIONS", headers=headers)
    verdict, answer = converse("envoy", asked, snapshot(policy(cors=cors())))
    assert isinstance(verdict, Preflight)
    assert (answer.status, b"x-token-gateway-preflight" in dict(answer.headers)) == (403, False)


def test_a_token_in_the_query_is_taken_where_the_snippet_takes_it_out() -> None:
    world = snapshot(policy(credentials=(QueryCredential(name="access_token"),)))
    target = b"/v1/orders?access_token=" + token().encode()
    for headers, status in ((((b"x-token-gateway-removes", b"query"),), 200), ((), 400)):
        _, answer = converse("envoy", envoy_request(target=target, headers=headers), world)
        assert answer.status == status


def test_it_is_imitated_by_the_request_itself() -> None:
    client = ClientRequest(method="PUT", scheme="https", authority="api.example.com", target="/x?y")
    asked = envoy.imitate(client, "/auth/envoy/orders", PEER)
    assert (asked.method, asked.target) == (b"PUT", b"/auth/envoy/orders/x?y")
    facts = envoy.read(asked, policy())
    assert isinstance(facts, RequestFacts)
    assert (facts.method, facts.scheme, facts.target) == ("PUT", "https", b"/x?y")
