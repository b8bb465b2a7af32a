"""A client asks us itself: every fact is its request's or its connection's, or a listed load balancer's."""

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.facts import ClientCertificate, Host, RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import host_pattern, parse_host
from gateway.core.policy import CertificateFrom, CertificateShows, HostPattern, Policy
from gateway.core.reason import Reason
from gateway.core.verdict import Deny
from gateway.dialects import DIALECTS, edge
from gateway.dialects.edge import Entrance, HostTable
from gateway.dialects.wire import ClientRequest, HttpRequest
from tests.builders import bearer, policy, route
from tests.showing import NAME, OTHER_CERTIFICATE, SHOWN, SPIFFE, certificate, thumbprint
from tests.strategies import any_headers, header_values

CLIENT = "203.0.113.9"
BALANCER = "10.42.0.7"
DIRECT = Entrance(scheme="https")
TRUSTED = frozenset({ip_network("10.42.0.0/16")})
X_FORWARDED = Entrance(scheme="http", trusted_proxies=TRUSTED, forwarded="x-forwarded")
FORWARDED = Entrance(scheme="http", trusted_proxies=TRUSTED, forwarded="forwarded")
HOST = (b"host", b"api.example.com")
TOLD = ((b"x-forwarded-for", b"1.1.1.1, 203.0.113.9"), (b"x-forwarded-proto", b"https"))


def request(*headers: tuple[bytes, bytes], **changes: Any) -> HttpRequest:
    good = HttpRequest(method=b"GET", target=b"/v1/orders?a=b", headers=Headers.of(headers), peer=CLIENT)
    return good._replace(**changes)


def read(asked: HttpRequest, entrance: Entrance = DIRECT) -> RequestFacts | Reason:
    facts = edge.read(asked, policy(), entrance)
    return facts.reason if isinstance(facts, Deny) else facts


def facts_of(asked: HttpRequest, entrance: Entrance = DIRECT) -> RequestFacts:
    facts = read(asked, entrance)
    assert isinstance(facts, RequestFacts)
    return facts


def test_no_url_leads_to_it() -> None:
    assert edge.NAME not in DIALECTS


def test_the_facts_are_the_requests_own() -> None:
    facts = facts_of(request(HOST, bearer("t"), (b"upgrade", b"websocket")))
    assert facts == RequestFacts(
        dialect="edge",
        policy="orders",
        peer=CLIENT,
        client_address=CLIENT,
        method="GET",
        scheme="https",
        host=Host("api.example.com"),
        target=b"/v1/orders?a=b",
        headers=Headers.of((HOST, bearer("t"), (b"upgrade", b"websocket"))),
        upgrade="websocket",
        can_remove_query=True,
        can_remove_cookie=True,
        can_remove_protocol=True,
        strips_cookies=True,
    )


def test_the_scheme_is_the_connections() -> None:
    assert facts_of(request(HOST), Entrance(scheme="http")).scheme == "http"


@pytest.mark.parametrize("peer", ["198.51.100.7", "2001:db9::1", "10.42.0.7"])
def test_every_client_may_ask(peer: str) -> None:
    assert facts_of(request(HOST, peer=peer)).client_address == peer


@pytest.mark.parametrize(
    ("peer", "address"), [("fe80::1%eth0", "fe80::1"), ("::ffff:203.0.113.9", "203.0.113.9")]
)
def test_the_address_is_written_in_one_way(peer: str, address: str) -> None:
    assert facts_of(request(HOST, peer=peer)).client_address == address


def test_a_peer_without_an_address_is_refused() -> None:
    assert read(request(HOST, peer="")) is Reason.CARRIER_MALFORMED


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), Reason.CARRIER_MISSING),
        ((HOST, HOST), Reason.CARRIER_DUPLICATE),
        (((b"host", b""),), Reason.HOST_MALFORMED),
        (((b"host", b"a@api.example.com"),), Reason.HOST_MALFORMED),
        ((HOST, (b"x_auth_subject", b"a")), Reason.HEADER_LOOKALIKE),
        ((HOST, (b"x-auth-subject", b"a")), Reason.IDENTITY_HEADER_FORGED),
        ((HOST, (b"connection", b"close, x-a")), Reason.CONNECTION_OPTION),
        ((HOST, (b"x-http-method-override", b"PUT")), Reason.METHOD_OVERRIDE),
    ],
)
def test_what_is_refused_of_the_headers(headers: Any, reason: Reason) -> None:
    assert read(request(*headers)) is reason


def test_what_is_refused_of_the_method_and_the_query() -> None:
    assert read(request(HOST, method=b"get")) is Reason.METHOD_MALFORMED
    assert read(request(HOST, target=b"/?_method=PUT")) is Reason.METHOD_OVERRIDE


# --- load balancers ---------------------------------------------------------------------------------


def test_nobody_is_trusted_unless_listed() -> None:
    facts = facts_of(request(HOST, *TOLD, (b"forwarded", b"for=1.1.1.1;proto=http")))
    assert (facts.client_address, facts.scheme) == (CLIENT, "https")
    for entrance in (X_FORWARDED, FORWARDED):
        facts = facts_of(request(HOST, *TOLD, (b"forwarded", b"for=1.1.1.1;proto=https")), entrance)
        assert (facts.client_address, facts.scheme) == (CLIENT, "http")


def test_a_listed_one_tells_of_its_client_in_its_own_family_alone() -> None:
    element = (b"forwarded", b"for=1.1.1.1;proto=https, for=198.51.100.7;proto=https")
    asked = request(HOST, *TOLD, element, peer=BALANCER)
    told = facts_of(asked, X_FORWARDED)
    assert (told.peer, told.client_address, told.scheme) == (BALANCER, CLIENT, "https")
    assert facts_of(asked, FORWARDED).client_address == "198.51.100.7"
    untold = facts_of(asked, Entrance(scheme="http", trusted_proxies=TRUSTED))
    assert (untold.client_address, untold.scheme) == (BALANCER, "http")


@pytest.mark.parametrize(
    ("form", "entrance", "peer", "found"),
    [
        (CertificateFrom.TLS, DIRECT, "203.0.113.9", thumbprint()),
        (CertificateFrom.TLS, X_FORWARDED, BALANCER, None),  # it is the balancer's own
        (CertificateFrom.NGINX, X_FORWARDED, BALANCER, thumbprint(OTHER_CERTIFICATE)),
        (CertificateFrom.NGINX, X_FORWARDED, "203.0.113.9", None),  # the client's own word
        (CertificateFrom.NGINX, DIRECT, "203.0.113.9", None),
        (None, DIRECT, "203.0.113.9", None),
    ],
)
def test_a_certificate_is_known_from_whoever_has_the_clients_connection(
    form: CertificateFrom | None, entrance: Entrance, peer: str, found: bytes | None
) -> None:
    said = SHOWN[CertificateFrom.NGINX](OTHER_CERTIFICATE)
    asked = request(HOST, *TOLD, *said, peer=peer, certificate=thumbprint())
    facts = edge.read(asked, policy(certificate_from=form), entrance)
    assert isinstance(facts, RequestFacts)
    assert facts.certificate == (None if found is None else ClientCertificate(found, None))


DER = certificate(SPIFFE)
ASKING = route(requirements=(CertificateShows(identities=frozenset({SPIFFE})),), upstream="http://a:80")


@pytest.mark.parametrize(
    ("form", "entrance", "peer", "shown", "names"),
    [
        (CertificateFrom.TLS, DIRECT, "203.0.113.9", thumbprint(), {NAME}),
        (CertificateFrom.TLS, DIRECT, "203.0.113.9", b"", set()),
        (CertificateFrom.TLS, DIRECT, "203.0.113.9", None, None),  # nobody has asked for one
        (CertificateFrom.TLS, X_FORWARDED, BALANCER, thumbprint(), None),
        (CertificateFrom.NGINX, X_FORWARDED, BALANCER, thumbprint(), {SPIFFE}),
        (CertificateFrom.NGINX, X_FORWARDED, "203.0.113.9", thumbprint(), None),
        (CertificateFrom.NGINX, DIRECT, "203.0.113.9", thumbprint(), None),
        (None, DIRECT, "203.0.113.9", thumbprint(), None),
    ],
)
def test_an_identity_is_known_from_whoever_has_the_clients_connection(
    form: CertificateFrom | None, entrance: Entrance, peer: str, shown: bytes | None, names: set[str] | None
) -> None:
    of_the_connection = frozenset({NAME} if shown else ())
    said = SHOWN[CertificateFrom.NGINX](DER)
    asked = request(HOST, *TOLD, *said, peer=peer, certificate=shown, identities=of_the_connection)
    facts = edge.read(asked, policy(ASKING, certificate_from=form), entrance)
    assert isinstance(facts, RequestFacts)
    assert (facts.certificate and facts.certificate.identities) == names


def test_the_host_is_never_told() -> None:
    more = ((b"x-forwarded-host", b"other.example"), (b"forwarded", b"for=1.1.1.1;proto=https;host=other"))
    for entrance in (X_FORWARDED, FORWARDED):
        assert facts_of(request(HOST, *TOLD, *more, peer=BALANCER), entrance).host == Host("api.example.com")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), Reason.CARRIER_MISSING),
        (TOLD[:1], Reason.CARRIER_MISSING),
        (TOLD[1:], Reason.CARRIER_MISSING),
        ((*TOLD, TOLD[1]), Reason.CARRIER_DUPLICATE),
        ((TOLD[0], (b"x-forwarded-proto", b"https,http")), Reason.CARRIER_MALFORMED),
        ((TOLD[0], (b"x-forwarded-proto", b"HTTPS")), Reason.CARRIER_MALFORMED),
        (((b"x-forwarded-for", b"unknown"), TOLD[1]), Reason.CARRIER_MALFORMED),
    ],
)
def test_a_listed_one_that_does_not_say_it_well_is_refused(headers: Any, reason: Reason) -> None:
    assert read(request(HOST, *headers, peer=BALANCER), X_FORWARDED) is reason


def test_forwarded_must_say_the_scheme_too() -> None:
    asked = request(HOST, (b"forwarded", b"for=203.0.113.9"), peer=BALANCER)
    assert read(asked, FORWARDED) is Reason.CARRIER_MISSING


@pytest.mark.long
@given(extra=any_headers(), peer=st.ip_addresses().map(str))
def test_no_header_of_an_unlisted_client_changes_its_address_or_scheme(extra: Any, peer: str) -> None:
    for entrance in (DIRECT, X_FORWARDED, FORWARDED):
        found = read(request(HOST, *extra, peer=peer), entrance)
        if isinstance(found, RequestFacts) and not peer.startswith("10.42."):
            bare = facts_of(request(HOST, peer=peer), entrance)
            assert (found.client_address, found.scheme) == (bare.client_address, bare.scheme)


@given(host=header_values(), told=header_values(), peer=st.one_of(st.just(BALANCER), st.text(max_size=6)))
def test_any_bytes_are_facts_or_a_refusal(host: bytes, told: bytes, peer: str) -> None:
    headers = (
        (b"host", host),
        (b"x-forwarded-for", told),
        (b"x-forwarded-proto", told),
        (b"forwarded", told),
    )
    table = HostTable({"orders": policy()})
    for entrance in (DIRECT, X_FORWARDED, FORWARDED):
        assert isinstance(read(request(*headers, peer=peer), entrance), RequestFacts | Reason)
        found = edge.read_any(request(*headers, peer=peer), table, entrance)
        assert found.policy is None or isinstance(found.facts, RequestFacts | Deny)


# --- which policy ---------------------------------------------------------------------------------


def named(policy_id: str, *hosts: HostPattern) -> Policy:
    return policy(id=policy_id, hosts=hosts)


TABLE = {
    "api": named("api", HostPattern(name="api.example.com")),
    "port": named(
        "port", HostPattern(name="api.example.com", port=8443), HostPattern(name="x.org", port=443)
    ),
    "wild": named("wild", HostPattern(name="*.wild.example"), HostPattern(name="one.wild.example")),
}


@pytest.mark.parametrize(
    ("host", "scheme", "found"),
    [
        (b"api.example.com", "https", "api"),
        (b"API.example.com.:443", "https", "api"),
        (b"api.example.com:80", "http", "api"),
        (b"api.example.com:80", "https", None),
        (b"api.example.com:8443", "https", "port"),
        (b"x.org", "https", "port"),
        (b"x.org", "http", None),
        (b"a.wild.example", "https", "wild"),
        (b"one.wild.example", "http", "wild"),
        (b"a.b.wild.example", "https", None),
        (b"wild.example", "https", None),
        (b"example", "https", None),
        (b"[::1]", "https", None),
    ],
)
def test_the_host_says_which_policy(host: bytes, scheme: str, found: str | None) -> None:
    policy_found = HostTable(TABLE).policy(parse_host(host), scheme)
    assert (None if policy_found is None else policy_found.id) == found


@given(
    host=st.sampled_from((b"api.example.com", b"x.org", b"a.wild.example", b"wild.example", b"z")),
    port=st.sampled_from((b"", b":80", b":443", b":8443")),
    scheme=st.sampled_from(("http", "https")),
)
def test_the_table_says_what_the_patterns_say(host: bytes, port: bytes, scheme: str) -> None:
    there = parse_host(host + port)
    matching = [one for one in TABLE.values() if host_pattern(there, scheme, one.host_patterns) is not None]
    assert HostTable(TABLE).policy(there, scheme) is (matching[0] if matching else None)


def test_a_host_without_policy_is_404_and_a_malformed_one_400() -> None:
    table = HostTable(TABLE)
    policy_found, facts = edge.read_any(request((b"host", b"nobody.example")), table, DIRECT)
    assert policy_found is None
    assert isinstance(facts, Deny)
    assert (facts.reason, edge.render(facts).status) == (Reason.POLICY_UNKNOWN, 404)
    _, malformed = edge.read_any(request((b"host", b"a b")), table, DIRECT)
    assert isinstance(malformed, Deny)
    assert (malformed.reason, edge.render(malformed).status) == (Reason.HOST_MALFORMED, 400)
    policy_found, _ = edge.read_any(request(HOST), table, DIRECT)
    assert policy_found is TABLE["api"]


def test_it_is_imitated_by_the_client_itself() -> None:
    client = ClientRequest(method="GET", scheme="https", authority="api.example.com", target="/v1/orders")
    facts = facts_of(edge.imitate(client))
    assert (facts.client_address, str(facts.host), facts.target) == (
        "192.0.2.1",
        "api.example.com",
        b"/v1/orders",
    )
