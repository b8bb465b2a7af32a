"""NGINX: `auth_request` and ingress-nginx's `auth-url`."""

from typing import Any

import pytest

from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import Headers
from gateway.core.policy import CookieCredential, QueryCredential
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight
from gateway.dialects import DIALECTS, nginx
from gateway.dialects.wire import ClientRequest, HttpRequest
from tests.builders import PEER, Wire, bearer, cors, nginx_request, policy, snapshot, token
from tests.walk import converse


def read(**changes: Any) -> RequestFacts | Reason:
    facts = nginx.read(nginx_request(**changes), policy())
    return facts.reason if isinstance(facts, Deny) else facts


def read_url(url: bytes) -> RequestFacts | Reason:
    headers = ((b"x-original-url", url), (b"x-original-method", b"GET"))
    request = HttpRequest(method=b"GET", target=b"/auth/nginx/orders", headers=Headers.of(headers), peer=PEER)
    facts = nginx.read(request, policy())
    return facts.reason if isinstance(facts, Deny) else facts


def test_the_facts_are_those_of_the_carriers() -> None:
    facts = read(
        method=b"DELETE", target=b"/a?b=1", scheme=b"http", host=b"A.example:8080", headers=(bearer("t"),)
    )
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.policy, facts.peer) == ("nginx", "orders", PEER)
    assert (facts.method, facts.scheme, facts.target) == ("DELETE", "http", b"/a?b=1")
    assert facts.host == Host(name="a.example", port=8080)
    assert facts.client_address == "203.0.113.9"
    assert facts.header_values(b"authorization") == [b"Bearer t"]
    assert (facts.can_remove_query, facts.can_remove_cookie) == (False, True)


def test_a_missing_client_address_is_nobodys() -> None:
    facts = read(without=frozenset({b"x-real-ip"}))
    assert isinstance(facts, RequestFacts)
    assert facts.client_address == "0.0.0.0"


@pytest.mark.parametrize("carrier", [b"x-original-url", b"x-original-method"])
def test_a_missing_carrier(carrier: bytes) -> None:
    assert read(without=frozenset({carrier})) is Reason.CARRIER_MISSING


@pytest.mark.parametrize("carrier", nginx.CARRIERS[:3])
def test_a_carrier_twice(carrier: bytes) -> None:
    assert read(headers=((carrier, b"x"),)) is Reason.CARRIER_DUPLICATE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (b"", Reason.CARRIER_MALFORMED),
        (b"/v1/orders", Reason.CARRIER_MALFORMED),
        (b"//evil", Reason.CARRIER_MALFORMED),
        (b"api.example.com/x", Reason.CARRIER_MALFORMED),
        (b"ftp://api.example.com/x", Reason.CARRIER_MALFORMED),
        (b"HTTPS://api.example.com/x", Reason.CARRIER_MALFORMED),
        (b"https://api.example.com", Reason.CARRIER_MALFORMED),
        (b"https://api.example.com?x", Reason.CARRIER_MALFORMED),
        (b"https://api.example.com#/x", Reason.CARRIER_MALFORMED),
        (b" https://api.example.com/x", Reason.CARRIER_MALFORMED),
        (b"https:///x", Reason.HOST_MALFORMED),
        (b"https://a@api.example.com/x", Reason.HOST_MALFORMED),
        (b"https://api.example.com\\@evil/x", Reason.HOST_MALFORMED),
        (b"https://api.example.com:80:81/x", Reason.HOST_MALFORMED),
        (b"https://a, b/x", Reason.HOST_MALFORMED),
        (b"https://\xff/x", Reason.HOST_MALFORMED),
    ],
)
def test_an_original_url_that_nginx_does_not_send(url: bytes, expected: Reason) -> None:
    assert read_url(url) is expected


def test_the_target_is_kept_byte_for_byte() -> None:
    facts = read_url(b"https://api.example.com/a//%zz?x=http://h/y\n")
    assert isinstance(facts, RequestFacts)
    assert facts.target == b"/a//%zz?x=http://h/y\n"


@pytest.mark.parametrize(
    "name",
    [
        b"x-forwarded-uri",
        b"x-original-uri",
        b"x-rewrite-url",
        b"x-forwarded-method",
        b"x-forwarded-host",
        b"forwarded",
    ],
)
def test_the_carriers_of_other_dialects_do_not_count(name: bytes) -> None:
    verdict, _ = converse(
        "nginx", nginx_request(target=b"/admin", headers=((name, b"/public"), (name, b"/public")))
    )
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.CREDENTIAL_MISSING


@pytest.mark.parametrize(
    ("said", "removes"), [(b"query", True), (b"Query", False), (b"query, cookie", False), (b"", False)]
)
def test_the_query_is_cleaned_only_where_the_snippet_says_so(said: bytes, removes: bool) -> None:  # noqa: FBT001
    facts = read(headers=((b"x-token-gateway-removes", said),))
    assert isinstance(facts, RequestFacts)
    assert facts.can_remove_query is removes


def test_the_cookies_left_are_given_to_the_backend() -> None:
    world = snapshot(policy(credentials=(CookieCredential(name="t"),)))
    cookie = b"a=1; t=" + token().encode() + b"; b=2"
    _, answer = converse("nginx", nginx_request(headers=((b"cookie", cookie),)), world)
    assert dict(answer.headers)[b"cookie"] == b"a=1; b=2"
    _, answer = converse("nginx", nginx_request(headers=((b"cookie", b"t=" + token().encode()),)), world)
    assert b"cookie" not in dict(answer.headers), "omitted is removed"


def test_a_query_token_is_accepted_behind_our_snippet() -> None:
    world = snapshot(policy(credentials=(QueryCredential(name="access_token"),)))
    wire = Wire(target=b"/v1/orders?access_token=" + token().encode())
    refused, _ = converse("nginx", nginx_request(wire), world)
    allowed, _ = converse(
        "nginx", nginx_request(wire, headers=((b"x-token-gateway-removes", b"query"),)), world
    )
    assert isinstance(refused, Deny)
    assert refused.reason is Reason.CREDENTIAL_UNREMOVABLE
    assert isinstance(allowed, Permit)


def test_a_websocket_sub_request_is_understood() -> None:
    facts = read(headers=((b"upgrade", b"websocket"), (b"connection", b"upgrade")))
    assert isinstance(facts, RequestFacts)
    assert facts.upgrade == "websocket"


@pytest.mark.parametrize("reason", Reason)
def test_nginx_understands_every_refusal(reason: Reason) -> None:
    # It relays 401 and 403, and makes everything else but a 2xx a 500: right for an outage alone.
    status = nginx.render(Deny(reason=reason)).status
    if ROWS[reason].outcome in {Outcome.OUTAGE, Outcome.BUG}:
        assert status >= 500
    else:
        assert status in {401, 403}
    assert nginx.render(Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=7)).status == 503


def test_a_preflight_is_answered_through_the_error_page_of_the_snippet() -> None:
    headers = ((b"origin", b"https://app.example.com"), (b"access-control-request-method", b"GET"))
    verdict, answer = converse(
        "nginx", nginx_request(method=b"OPTIONS", headers=headers), snapshot(policy(cors=cors()))
    )
    assert isinstance(verdict, Preflight)
    assert answer.status == 403
    assert dict(answer.headers)[b"x-token-gateway-preflight"] == b"204"


def test_the_dialect_imitates_its_proxy() -> None:
    client = ClientRequest(
        method="GET", scheme="https", authority="api.example.com", target="/v1/orders", headers=(bearer(),)
    )
    verdict, _ = converse("nginx", nginx.imitate(client, "/auth/nginx/orders", PEER))
    assert isinstance(verdict, Permit)
    assert DIALECTS["nginx"] is nginx
