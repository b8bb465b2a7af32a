"""Edge = auth-only: the same request has the same verdict; and the backend gets what was judged, no more."""

from dataclasses import replace
from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs, Headers
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import (
    BearerCredential,
    CookieCredential,
    HeaderCredential,
    Policy,
    QueryCredential,
)
from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit, Preflight, Verdict
from gateway.dialects.edge import Entrance
from gateway.dialects.hygiene import folded
from gateway.dialects.wire import Forward, HttpRequest
from tests.builders import Wire, bearer, cors, needs_scopes, policy, public_route, route, snapshot, token
from tests.forwards import forward, headers_of
from tests.strategies import any_headers, connection_values, foreign_headers, tame_targets, targets
from tests.walk import at_edge, through

UPSTREAM = "http://orders.shop.svc:8080"
LISTED = frozenset({ip_network("10.42.0.0/16")})
TOKEN = token()
HEADERS = (bearer(TOKEN),)
WORLD = snapshot(
    policy(
        route(requirements=needs_scopes("orders:read"), websocket=True, upstream=UPSTREAM),
        route("admin", "/admin/**", requirements=needs_scopes("admin"), upstream=UPSTREAM),
        public_route(upstream=UPSTREAM),
        public_route("files", "/files/**", admit_in_path=frozenset({"escaped_slash"}), upstream=UPSTREAM),
        cors=cors(),
        credentials=(
            BearerCredential(),
            HeaderCredential(name="x-api-token"),
            CookieCredential(name="t"),
            QueryCredential(name="jwt"),
        ),
    )
)


def gist(verdict: Verdict) -> object:
    return verdict.reason if isinstance(verdict, Deny) else type(verdict)


def asked(wire: Wire, *own: tuple[bytes, bytes], peer: str) -> HttpRequest:
    headers = Headers.of(((b"host", wire.host), *own, *wire.headers))
    return HttpRequest(wire.method, wire.target, headers, peer)


def at_every_entrance(wire: Wire) -> list[Verdict]:
    """Of the client's own connection, and behind load balancers of either family."""
    chain = (b"x-forwarded-for", wire.client), (b"x-forwarded-proto", wire.scheme)
    element = (b"forwarded", b"for=" + wire.client + b";proto=" + wire.scheme)
    told = Entrance(scheme="http", trusted_proxies=LISTED, forwarded="x-forwarded")
    questions = (
        (asked(wire, peer=wire.client.decode()), Entrance(scheme="https")),
        (asked(wire, *chain, peer=wire.peer), told),
        (asked(wire, element, peer=wire.peer), replace(told, forwarded="forwarded")),
    )
    return [at_edge(request, entrance, WORLD)[0] for request, entrance in questions]


CREDENTIALS = st.sampled_from(
    (
        (),
        HEADERS,
        ((b"x-api-token", TOKEN.encode()),),
        ((b"cookie", b"a=1; t=" + TOKEN.encode() + b"; b=2"),),
        (bearer("nonsense"),),
        (*HEADERS, (b"cookie", b"t=x")),
    )
)
TARGETS = st.one_of(
    st.sampled_from(
        (b"/v1/orders", b"/v1/orders/7?a=%2f", b"/admin/x", b"/public/x", b"/v1/orders?jwt=" + TOKEN.encode())
    ),
    tame_targets(),
    targets().filter(lambda text: text.startswith(b"/")),
)
METHODS = st.sampled_from((b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"get"))
REMOVES = (b"x-token-gateway-removes", b"query")


@given(target=TARGETS, method=METHODS, credential=CREDENTIALS, extra=foreign_headers())
def test_the_same_request_has_the_same_verdict(
    target: bytes, method: bytes, credential: HeaderPairs, extra: HeaderPairs
) -> None:
    extra = tuple(pair for pair in extra if pair[0] != b"forwarded")  # of one family it is the carrier
    wire = Wire(target=target, method=method, headers=credential + extra)
    behind_nginx, _ = through("nginx", replace(wire, headers=(REMOVES, *wire.headers)), WORLD)
    verdicts = at_every_entrance(wire)
    assert {gist(verdict) for verdict in verdicts} == {gist(behind_nginx)}
    assert {verdict.context.route for verdict in verdicts} == {behind_nginx.context.route}


def passed_on(wire: Wire) -> tuple[Permit, Forward] | None:
    verdict, _ = at_edge(asked(wire, peer="203.0.113.9"), Entrance(scheme="https"), WORLD)
    return (verdict, forward(verdict)) if isinstance(verdict, Permit) else None


ANYTHING = st.builds(
    lambda credential, extra, connection: (
        *credential,
        *extra,
        *((b"connection", one) for one in connection),
    ),
    CREDENTIALS,
    any_headers(),
    st.lists(connection_values(), max_size=2),
)


@given(target=TARGETS, headers=ANYTHING)
def test_a_backend_never_gets_a_credential_an_identity_or_what_connection_names(
    target: bytes, headers: HeaderPairs
) -> None:
    found = passed_on(Wire(target=target, headers=headers))
    if found is None:
        return
    permit, given_on = found
    names = [folded(name) for name, _ in headers_of(given_on)]
    written = b"\n".join((given_on.target, *(value for _, value in headers_of(given_on))))
    presented = permit.context.token
    assert presented is None or presented.text not in written
    assert [names.count(name) for name in IDENTITY_HEADERS] == [1, 1, 1, 1]
    assert tuple(pair for pair in headers_of(given_on) if pair[0] in IDENTITY_HEADERS) == permit.identity
    assert names.count(b"authorization") == (permit.downstream is not None)
    named = {
        one.strip(b" \t").lower()
        for name, value in headers
        if name == b"connection"
        for one in value.split(b",")
    }
    assert not named & {name for name, _ in headers_of(given_on)}
    assert b"x-api-token" not in names


@given(target=TARGETS, extra=foreign_headers())
def test_what_was_judged_is_forwarded_byte_for_byte(target: bytes, extra: HeaderPairs) -> None:
    """I1: no reader behind us gets another target than was authorised; the query loses the token alone."""
    found = passed_on(Wire(target=target, headers=(*HEADERS, *extra)))
    if found is not None:
        assert found[1].target == target
        assert found[1].method == b"GET"


@given(headers=ANYTHING, connection=st.lists(connection_values(), max_size=2))
def test_connection_takes_nothing_of_ours_away(headers: HeaderPairs, connection: list[bytes]) -> None:
    """I5: removal comes strictly before injection."""
    bare = passed_on(Wire(headers=HEADERS))
    assert bare is not None
    ours = set(headers_of(bare[1]))
    more = (*HEADERS, *((b"connection", value.strip(b" \t")) for value in connection))
    found = passed_on(Wire(headers=more))
    assert found is None or ours <= set(headers_of(found[1]))


@given(peer=st.ip_addresses().map(str), target=TARGETS)
def test_no_decision_reads_who_connects(peer: str, target: bytes) -> None:
    request = asked(Wire(target=target, headers=HEADERS), peer=peer)
    verdict, answer = at_edge(request, Entrance(scheme="https"), WORLD)
    expected = at_edge(request._replace(peer="203.0.113.9"), Entrance(scheme="https"), WORLD)
    assert (gist(verdict), answer) == (gist(expected[0]), expected[1])


def test_a_preflight_is_answered_and_never_passed_on() -> None:
    origin = (b"origin", b"https://app.example.com")
    wire = Wire(method=b"OPTIONS", headers=(origin, (b"access-control-request-method", b"GET")))
    assert {type(verdict) for verdict in at_every_entrance(wire)} == {Preflight}


def test_the_properties_are_not_empty() -> None:
    assert passed_on(Wire(headers=HEADERS)) is not None
    assert passed_on(Wire(target=b"/files/a%2Fb", headers=())) is not None
    elsewhere = Wire(host=b"nobody.example", headers=HEADERS)
    assert {gist(verdict) for verdict in at_every_entrance(elsewhere)} == {Reason.POLICY_UNKNOWN}
    assert isinstance(WORLD.policies["orders"], Policy)
