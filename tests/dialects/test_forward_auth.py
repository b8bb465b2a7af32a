"""X-Forwarded headers: what Traefik, Caddy and HAProxy tell of a request, each under its own name."""

from typing import Any

import pytest

from gateway.core.facts import Host, RequestFacts
from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from gateway.dialects import DIALECTS, forward_auth
from gateway.dialects.wire import ClientRequest
from tests.builders import PEER, SENDERS, policy

NAMES = ("traefik", "caddy", "haproxy")
names = pytest.mark.parametrize("name", NAMES)


def read(name: str, **changes: Any) -> RequestFacts | Reason:
    facts = DIALECTS[name].read(SENDERS[name](**changes), policy())
    return facts.reason if isinstance(facts, Deny) else facts


@names
def test_the_facts_are_those_of_the_carriers(name: str) -> None:
    facts = read(
        name,
        method=b"DELETE",
        target=b"/a?b=1",
        scheme=b"http",
        host=b"A.example:8080",
    )
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.policy, facts.peer) == (name, "orders", PEER)
    assert (facts.method, facts.scheme, facts.target) == ("DELETE", "http", b"/a?b=1")
    assert (facts.host, facts.client_address) == (Host(name="a.example", port=8080), "203.0.113.9")


@names
@pytest.mark.parametrize(
    "carrier", [b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri"]
)
def test_without_a_carrier_nothing_is_read(name: str, carrier: bytes) -> None:
    assert read(name, without=frozenset({carrier})) is Reason.CARRIER_MISSING


@names
@pytest.mark.parametrize("carrier", forward_auth.CARRIERS)
def test_a_carrier_twice(name: str, carrier: bytes) -> None:
    assert read(name, headers=((carrier, b"x"), (carrier, b"x"))) is Reason.CARRIER_DUPLICATE


@names
@pytest.mark.parametrize("scheme", [b"HTTP", b"https ", b"", b"h2", b"http,https"])
def test_a_scheme_is_http_or_https(name: str, scheme: bytes) -> None:
    assert read(name, scheme=scheme) is Reason.CARRIER_MALFORMED


@names
def test_the_nearest_address_is_the_clients(name: str) -> None:
    facts = read(name, client=b"10.0.0.1, 198.51.100.4")
    assert isinstance(facts, RequestFacts)
    assert facts.client_address == "198.51.100.4"


@names
@pytest.mark.parametrize("said", [b"query", b"", b"Query", b"header"])
def test_only_who_can_clean_the_query_may_say_so(name: str, said: bytes) -> None:
    facts = read(name, headers=((b"x-token-gateway-removes", said),))
    assert isinstance(facts, RequestFacts)
    assert facts.can_remove_query is (DIALECTS[name].CAPABILITIES.removes_query and said == b"query")


@names
def test_an_imitated_request_is_read_as_the_clients(name: str) -> None:
    client = ClientRequest(method="PUT", scheme="https", authority="api.example.com", target="/x?y")
    asked = forward_auth.imitate_forwarded(client, f"/auth/{name}/orders", PEER)
    facts = DIALECTS[name].read(asked, policy())
    assert isinstance(facts, RequestFacts)
    assert (facts.method, facts.scheme, str(facts.host), facts.target) == (
        "PUT", "https", "api.example.com", b"/x?y",
    )  # fmt: skip
