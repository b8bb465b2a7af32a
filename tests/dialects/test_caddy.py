"""Caddy: `forward_auth`, in the long form of our snippet. What it tells is read in test_forward_auth.py."""

from gateway.core.facts import RequestFacts
from gateway.core.policy import QueryCredential
from gateway.core.verdict import Permit, Preflight
from gateway.dialects import caddy
from gateway.dialects.wire import ClientRequest
from tests.builders import PEER, bearer, caddy_request, cors, policy, snapshot, token
from tests.walk import converse

REMOVES = (b"x-token-gateway-removes", b"query")


def test_a_refusal_reaches_the_client_as_it_is() -> None:
    _, answer = converse("caddy", caddy_request())
    assert answer.status == 401
    assert dict(answer.headers)[b"www-authenticate"] == b'Bearer realm="orders"'


def test_a_permit_is_200_with_our_token() -> None:
    verdict, answer = converse("caddy", caddy_request(headers=(bearer(),)))
    assert isinstance(verdict, Permit)
    assert (answer.status, answer.body) == (200, b"")
    assert dict(answer.headers)[b"authorization"].startswith(b"Bearer ey")


def test_a_preflight_is_a_refusal_that_the_snippet_makes_a_204() -> None:
    headers = ((b"origin", b"https://app.example.com"), (b"access-control-request-method", b"GET"))
    verdict, answer = converse(
        "caddy", caddy_request(method=b"OPTIONS", headers=headers), snapshot(policy(cors=cors()))
    )
    assert isinstance(verdict, Preflight)
    assert answer.status == 403
    assert answer.headers[-1] == (b"x-token-gateway-preflight", b"204")


def test_a_token_in_the_query_is_taken_where_the_snippet_takes_it_out() -> None:
    world = snapshot(policy(credentials=(QueryCredential(name="access_token"),)))
    target = b"/v1/orders?access_token=" + token().encode()
    for headers, status in (((REMOVES,), 200), ((), 400)):
        _, answer = converse("caddy", caddy_request(target=target, headers=headers), world)
        assert answer.status == status


def test_it_is_imitated_by_the_four_headers() -> None:
    client = ClientRequest(method="GET", scheme="http", authority="api.example.com", target="/")
    facts = caddy.read(caddy.imitate(client, "/auth/caddy/orders", PEER), policy())
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.target) == ("caddy", b"/")
