"""Envoy over gRPC, as plain values: which policy is meant, what is read, what is answered."""

from typing import Any

import pytest

from gateway.core.binding import NO_CERTIFICATE
from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import Headers
from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CertificateShows,
    CookieCredential,
    HeaderCredential,
    HostPattern,
    Policy,
    QueryCredential,
)
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Preflight, Verdict
from gateway.dialects import DIALECTS, envoy_grpc
from gateway.dialects.envoy_answers import REMOVE
from gateway.dialects.envoy_grpc import Checked
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest
from tests.builders import HOST, PEER, bearer, cors, policy, route, snapshot, token
from tests.showing import (
    CERTIFICATE,
    OTHER_CERTIFICATE,
    SHOWN,
    SPIFFE,
    certificate,
    escaped_pem,
    known,
    thumbprint,
)
from tests.walk import decide

ORIGIN = (b"origin", b"https://app.example.com")
EVERYWHERE = policy(
    credentials=(BearerCredential(), HeaderCredential(name="x-api-token"), CookieCredential(name="api_token"))
)


def question(*headers: tuple[bytes, bytes], said: tuple[bytes, ...] = (), **changes: Any) -> Checked:
    metadata = Headers.of(tuple((b"x-token-gateway-caller", one) for one in said))
    good = Checked(
        call=HttpRequest(b"POST", b"", metadata, PEER),
        policy=b"orders",
        method=b"GET",
        scheme=b"https",
        host=HOST,
        target=b"/v1/orders",
        headers=Headers.of(headers),
        client=b"203.0.113.9",
    )
    return good._replace(**changes)


def reason(verdict: Verdict | RequestFacts) -> Reason | None:
    return verdict.reason if isinstance(verdict, Deny) else None


def walked(asked: Checked, under: Policy | None = None) -> tuple[Verdict, HttpAnswer]:
    under = under or policy()
    facts = envoy_grpc.read(asked, under)
    verdict = facts if isinstance(facts, Deny) else decide(facts, snapshot(under))
    return verdict, envoy_grpc.render(verdict)


def test_no_url_leads_to_it() -> None:
    assert envoy_grpc.NAME not in DIALECTS


# --- which policy ---------------------------------------------------------------------------------


def test_the_operator_names_the_policy_and_the_host_then_says_nothing() -> None:
    policies = {"orders": policy(), "other": policy(id="other", hosts=(HostPattern(name="x.example"),))}
    assert envoy_grpc.policy_of(question(policy=b"other"), policies) is policies["other"]
    for unknown in (b"", b"none", b"\xff", b"orders "):
        assert envoy_grpc.policy_of(question(policy=unknown), policies) is None


@pytest.mark.parametrize(
    ("host", "found"),
    [
        (b"api.example.com", "orders"),
        (b"API.example.com.:443", "orders"),
        (b"a.shared.example", None),
        (b"only.shared.example", None),
        (b"b.wild.example", "wild"),
        (b"nobody.example", None),
        (b"api.example.com:8443", None),
        (b"api.example.com,b.wild.example", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_host_names_a_policy_only_where_no_other_has_it(host: bytes, found: str | None) -> None:
    hosts = {
        "orders": ("api.example.com", "*.shared.example"),
        "wild": ("*.wild.example", "only.shared.example"),
        "second": ("*.shared.example",),
    }
    policies = {
        name: policy(id=name, hosts=tuple(HostPattern(name=one) for one in names))
        for name, names in hosts.items()
    }
    got = envoy_grpc.policy_of(question(policy=None, host=host), policies)
    assert (got.id if got else None) == found


# --- what is read ---------------------------------------------------------------------------------


def test_the_facts_are_those_of_the_message() -> None:
    facts = envoy_grpc.read(question(method=b"DELETE", target=b"/a?b=1", host=b"A.example:8080"), policy())
    assert isinstance(facts, RequestFacts)
    assert (facts.dialect, facts.policy, facts.peer) == ("envoy-grpc", "orders", PEER)
    assert (facts.method, facts.scheme, facts.target) == ("DELETE", "https", b"/a?b=1")
    assert (facts.host, facts.client_address) == (Host(name="a.example", port=8080), "203.0.113.9")


@pytest.mark.parametrize("name", [b"x-forwarded-uri", b"x-original-url", b"x-envoy-original-path", b"host"])
def test_no_header_tells_of_another_target_or_host(name: bytes) -> None:
    facts = envoy_grpc.read(question((name, b"/public/x"), target=b"/admin"), policy())
    assert isinstance(facts, RequestFacts)
    assert (facts.target, facts.host.name) == (b"/admin", "api.example.com")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"method": b""}, Reason.CARRIER_MISSING),
        ({"host": b""}, Reason.CARRIER_MISSING),
        ({"scheme": b""}, Reason.CARRIER_MALFORMED),
        ({"scheme": b"HTTPS"}, Reason.CARRIER_MALFORMED),
        ({"client": b"nobody"}, Reason.CARRIER_MALFORMED),
        ({"method": b"get"}, Reason.METHOD_MALFORMED),
        ({"host": b"a,b"}, Reason.HOST_MALFORMED),
        ({"target": b"/v1/orders?_method=PUT"}, Reason.METHOD_OVERRIDE),
    ],
)
def test_what_is_lacking_or_odd_is_refused(changes: dict[str, Any], expected: Reason) -> None:
    assert reason(envoy_grpc.read(question(**changes), policy())) is expected


def test_the_scheme_is_what_envoy_saw_and_not_what_an_http_2_client_says() -> None:
    for said, seen in ((b"https", b"http"), (b"http", b"https"), (b"", b"https")):
        facts = envoy_grpc.read(question((b"x-forwarded-proto", seen), scheme=said), policy())
        assert isinstance(facts, RequestFacts)
        assert facts.scheme == seen.decode()
    odd = question((b"x-forwarded-proto", b"https,http"))
    assert reason(envoy_grpc.read(odd, policy())) is Reason.CARRIER_MALFORMED
    here = HostPattern(name="api.example.com", port=80)
    known = {"orders": policy(hosts=(here,))}
    assert envoy_grpc.policy_of(question((b"x-forwarded-proto", b"http"), policy=None), known) is not None
    assert envoy_grpc.policy_of(question(policy=None), known) is None


def test_the_secret_is_the_calls_and_never_the_clients() -> None:
    secret = policy(caller_secrets=(b"s" * 32,))
    said = (b"x-token-gateway-caller", b"s" * 32)
    assert reason(envoy_grpc.read(question(said), secret)) is Reason.CALLER_UNPROVEN
    assert reason(envoy_grpc.read(question(said=(b"x",)), secret)) is Reason.CALLER_UNPROVEN
    assert reason(envoy_grpc.read(question(said=(b"s" * 32, b"s" * 32)), secret)) is Reason.CALLER_UNPROVEN
    assert isinstance(
        envoy_grpc.read(question((b"x-token-gateway-caller", b"x"), said=(b"s" * 32,)), secret), RequestFacts
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"", NO_CERTIFICATE),
        (escaped_pem(), thumbprint()),
        (escaped_pem(OTHER_CERTIFICATE), thumbprint(OTHER_CERTIFICATE)),
        (escaped_pem() * 2, Reason.CARRIER_MALFORMED),
        (escaped_pem()[:-40], Reason.CARRIER_MALFORMED),
        (thumbprint().hex().encode(), Reason.CARRIER_MALFORMED),
    ],
)
def test_the_certificate_is_the_messages_and_never_the_clients(said: bytes, expected: bytes | Reason) -> None:
    told = policy(certificate_from=CertificateFrom.ENVOY_GRPC)
    headers = tuple(pair for form in SHOWN.values() for pair in form(CERTIFICATE))
    facts = envoy_grpc.read(question(*headers, certificate=said), told)
    assert _thumbprint(facts) == expected
    unsaid = envoy_grpc.read(question(*headers, certificate=said), policy())
    assert isinstance(unsaid, RequestFacts)
    assert unsaid.certificate is None


def _thumbprint(facts: RequestFacts | Deny) -> bytes | Reason | None:
    if isinstance(facts, Deny):
        return facts.reason
    return facts.certificate and facts.certificate.thumbprint


def test_its_names_are_read_where_a_route_asks_for_them() -> None:
    wanted = CertificateShows(identities=frozenset({SPIFFE}))
    told = policy(route(requirements=(wanted,)), certificate_from=CertificateFrom.ENVOY_GRPC)
    der = certificate(SPIFFE)
    facts = envoy_grpc.read(question(certificate=escaped_pem(der)), told)
    assert isinstance(facts, RequestFacts)
    assert facts.certificate == known(der, {SPIFFE})
    silent = envoy_grpc.read(question(), told)
    assert isinstance(silent, RequestFacts)
    assert silent.certificate == known(None, ())


def test_a_stranger_is_refused() -> None:
    call = HttpRequest(b"POST", b"", Headers.of(()), "")
    assert reason(envoy_grpc.read(question(call=call), policy())) is Reason.PEER_UNTRUSTED


# --- what is answered -----------------------------------------------------------------------------


def test_what_is_not_overwritten_is_removed_and_never_both() -> None:
    for headers in (
        (bearer(),),
        ((b"x-api-token", token().encode()),),
        ((b"cookie", b"a=1; api_token=" + token().encode()),),
    ):
        verdict, answer = walked(question(*headers), EVERYWHERE)
        assert isinstance(verdict, Permit)
        given = dict(answer.headers)
        removed = set(given.pop(REMOVE).split(b","))
        assert removed.isdisjoint(given)
        assert {b"authorization", b"x-api-token", b"cookie"} <= removed | set(given)


def test_a_public_route_removes_the_clients_authorization() -> None:
    verdict, answer = walked(question((b"authorization", b"Basic YTpi"), target=b"/public/x"))
    assert isinstance(verdict, Permit)
    assert dict(answer.headers)[REMOVE] == b"authorization"


def test_a_preflight_is_no_permit() -> None:
    asks = (ORIGIN, (b"access-control-request-method", b"GET"))
    verdict, answer = walked(question(*asks, method=b"OPTIONS"), policy(cors=cors()))
    assert isinstance(verdict, Preflight)
    assert answer.status == 403


def test_a_token_in_the_query_is_permitted_and_not_printed() -> None:
    asked = question(target=b"/v1/orders?t=" + token().encode())
    assert isinstance(walked(asked, policy(credentials=(QueryCredential(name="t"),)))[0], Permit)
    assert token() not in repr(asked)


def test_it_is_imitated_by_a_message_that_names_the_policy() -> None:
    client = ClientRequest(
        method="GET",
        scheme="https",
        authority="api.example.com",
        target="/v1/orders",
        headers=(bearer(),),
        address="198.51.100.7",
    )
    asked = envoy_grpc.imitate(client, "orders", PEER)
    assert asked.policy == b"orders"
    verdict, _ = walked(asked, policy())
    assert isinstance(verdict, Permit)
    assert verdict.context.facts is not None
    assert verdict.context.facts.client_address == "198.51.100.7"
