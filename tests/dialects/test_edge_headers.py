"""A backend sees what was judged, once, and nothing of the client's that it could take for ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.facts import Host
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import (
    BearerCredential,
    CookieCredential,
    HeaderCredential,
    Policy,
    QueryCredential,
    WebSocketProtocolCredential,
)
from gateway.core.verdict import Deny, Permit
from gateway.dialects import edge
from gateway.dialects.edge import Entrance
from gateway.dialects.edge_headers import VIA
from gateway.dialects.hygiene import folded
from gateway.dialects.untrusted import UNTRUSTED
from gateway.dialects.wire import Forward, HttpRequest, ReplyRules
from tests.builders import NOW, bearer, cors, facts, policy, public_route, route, snapshot, token
from tests.forwards import forward, headers_of
from tests.strategies import aliases, any_headers
from tests.walk import decide

UPSTREAM = "http://orders.shop.svc:8080"
CREDENTIALS = (
    BearerCredential(),
    HeaderCredential(name="x-api-token"),
    CookieCredential(name="t"),
    QueryCredential(name="jwt"),
)
FRAMING = (b"content-length", b"transfer-encoding", b"te", b"trailer", b"expect", b"upgrade", b"connection")


def under(*credentials: Any, **changes: Any) -> Policy:
    return policy(
        route(upstream=UPSTREAM, websocket=True),
        public_route(upstream="http://public:80", websocket=True),
        credentials=credentials or (BearerCredential(),),
        **changes,
    )


def permitted(
    *headers: tuple[bytes, bytes], target: bytes = b"/v1/orders", where: Policy | None = None
) -> Permit:
    where = where or under()
    asked = HttpRequest(b"GET", target, Headers.of(((b"host", b"API.example.com."), *headers)), "203.0.113.9")
    found = edge.read(asked, where, Entrance(scheme="https"))
    verdict = decide(found, snapshot(where))  # type: ignore[arg-type]
    assert isinstance(verdict, Permit), verdict
    return verdict


def passed(*headers: tuple[bytes, bytes], **rest: Any) -> Forward:
    return forward(permitted(*headers, **rest))


def names_of(headers: HeaderPairs) -> list[bytes]:
    return [name for name, _ in headers]


# --- towards the backend ----------------------------------------------------------------------------


def test_what_was_judged_is_written_down_once() -> None:
    given_on = passed(
        bearer(), (b"Accept", b"a"), (b"X-Custom", b"1"), (b"accept", b"b"), target=b"/v1/orders?a=%2f"
    )
    assert (given_on.upstream, given_on.method, given_on.target) == (UPSTREAM, b"GET", b"/v1/orders?a=%2f")
    assert headers_of(given_on)[:10] == (
        (b"host", b"api.example.com"),
        (b"accept", b"a"),
        (b"x-custom", b"1"),
        (b"accept", b"b"),
        (b"via", b"1.1 token-gateway"),
        (b"forwarded", b"for=203.0.113.9;host=api.example.com;proto=https"),
        (b"x-forwarded-for", b"203.0.113.9"),
        (b"x-forwarded-host", b"api.example.com"),
        (b"x-forwarded-proto", b"https"),
        (b"x-real-ip", b"203.0.113.9"),
    )
    assert names_of(headers_of(given_on)[10:]) == [*IDENTITY_HEADERS, b"authorization"]
    assert (given_on.upgrade, given_on.until) == (None, None)
    assert token() not in repr(given_on)


def test_the_token_is_ours() -> None:
    (text,) = [value for name, value in headers_of(passed(bearer())) if name == b"authorization"]
    assert text.startswith(b"Bearer eyJ")
    assert text != bearer()[1]


def test_a_public_route_names_nobody_and_passes_no_credential_on() -> None:
    where = under(*CREDENTIALS[2:])
    assert passed(bearer(), target=b"/public/x?jwt=x&c=d", where=where).target == b"/public/x?c=d"
    given_on = passed(bearer(), (b"cookie", b"a=1; t=x; b=2"), target=b"/public/x", where=where)
    assert given_on.upstream == "http://public:80"
    headers = dict(headers_of(given_on))
    assert headers[b"cookie"] == b"a=1; b=2"
    assert b"authorization" not in headers
    assert {headers[name] for name in IDENTITY_HEADERS} == {b""}


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ((bearer(),), b"/v1/orders"),
        (((b"x-api-token", token().encode()),), b"/v1/orders"),
        (((b"cookie", b" a=1;t=" + token().encode() + b" ; b= 2"),), b"/v1/orders"),
        ((), b"/v1/orders?a=%2F&jwt=" + token().encode() + b";b=+"),
    ],
)
def test_every_kind_of_credential_is_taken_away(headers: Any, target: bytes) -> None:
    given_on = passed(*headers, target=target, where=under(*CREDENTIALS))
    written = b"\n".join((given_on.target, *(value for _, value in headers_of(given_on))))
    assert all(part not in written for part in token().encode().split(b".")[1:])
    assert b"x-api-token" not in names_of(headers_of(given_on))


def test_other_cookies_and_parameters_stay_octet_for_octet() -> None:
    where = under(*CREDENTIALS)
    cookie = b"a=1;t=" + token().encode() + b';  b="q"; %74=3; T=4'
    assert dict(headers_of(passed((b"cookie", cookie), where=where)))[b"cookie"] == b'a=1; b="q"; %74=3; T=4'
    assert dict(headers_of(passed(bearer(), (b"cookie", b"a=1;b"), where=under())))[b"cookie"] == b"a=1;b"
    only = passed((b"cookie", b"t=" + token().encode()), where=where)
    assert b"cookie" not in names_of(headers_of(only))
    target = b"/v1/orders?a=%2F;jwt=" + token().encode() + b"&b=+&&c"
    assert passed(target=target, where=where).target == b"/v1/orders?a=%2F&b=+&&c"


REFUSED = {b"x-http-method-override", b"x-http-method", b"x-method-override"}  # before it comes so far
REFUSED = {b"x-http-method-override", b"x-http-method", b"x-method-override"}  # before it comes so far
DROPPED = (
    *(name.lower().encode() for name in UNTRUSTED),
    *(b"x-forwarded-anything", b"x-forwarded-port", b"x-original-path", b"x-envoy-retry-on", b"proxy"),
    *(b"x-token-gateway-caller", b"x-real-ip", b"true-client-ip", b"client-cert", b"x-ssl-client-verify"),
    *(b"keep-alive", b"proxy-connection", b"proxy-anything", b"http2-settings", *FRAMING[:-2]),
)


@pytest.mark.parametrize("name", sorted({*DROPPED} - REFUSED))
def test_what_a_backend_could_believe_is_not_passed_on(name: bytes) -> None:
    given_on = passed(bearer(), (name.title(), b"chosen"))
    assert b"chosen" not in {value for _, value in headers_of(given_on)}


@pytest.mark.parametrize("connection", [b"close", b"keep-alive", b"Close, keep-alive"])
def test_what_connection_names_is_not_passed_on(connection: bytes) -> None:
    given_on = passed(bearer(), (b"connection", connection), (b"close", b"1"), (b"keep-alive", b"2"))
    names = given_on.headers.shape.names
    assert b"keep-alive" not in names
    assert (b"close" in names) is (connection == b"keep-alive")


@pytest.mark.long
@given(data=st.data())
def test_nor_is_any_spelling_of_it(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from([b"x-forwarded-for", b"x-real-ip", b"client-cert", b"transfer-encoding"])
    )
    given_on = passed(bearer(), (data.draw(aliases(name)), b"chosen"))
    assert b"chosen" not in {value for _, value in headers_of(given_on)}


def test_a_websocket_says_so_and_when_it_ends() -> None:
    asked = (bearer(), (b"upgrade", b"WebSocket"), (b"connection", b"upgrade"), (b"sec-websocket-key", b"k"))
    given_on = passed(*asked)
    assert given_on.upgrade == b"websocket"
    assert given_on.until is not None
    assert NOW < given_on.until <= NOW + 3600
    assert b"sec-websocket-key" in names_of(headers_of(given_on))
    assert not {b"upgrade", b"connection"} & set(names_of(headers_of(given_on)))
    public = passed(*asked, target=b"/public/x")
    assert (public.upgrade, public.until) == (b"websocket", None)


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ((b"chat.v1, bearer.%b, soap",), b"chat.v1, soap"),
        ((b"bearer.%b", b"chat.v1,,soap"), b"chat.v1, soap"),
        ((b"bearer.%b",), None),
    ],
)
def test_a_token_in_a_subprotocol_is_taken_out_and_the_others_stay(lines: Any, left: bytes | None) -> None:
    where = under(BearerCredential(), WebSocketProtocolCredential(prefix="bearer."))
    text = token().encode()
    asked = tuple((b"Sec-WebSocket-Protocol", line.replace(b"%b", text)) for line in lines)
    alias = (b"sec_websocket_protocol", b"bearer." + text)
    given_on = passed((b"upgrade", b"websocket"), *asked, alias, where=where)
    said = [value for name, value in headers_of(given_on) if folded(name) == b"sec-websocket-protocol"]
    assert said == ([] if left is None else [left])
    assert text not in b"".join(value for _, value in headers_of(given_on))
    assert given_on.upgrade == b"websocket"


def test_without_such_a_credential_subprotocols_stay_as_they_are() -> None:
    asked = (b"sec-websocket-protocol", b"chat,  bearer.x")
    assert asked in headers_of(passed(bearer(), (b"upgrade", b"websocket"), asked))


def test_an_ipv6_client_and_a_port_are_quoted() -> None:
    permit = permitted(bearer())
    elsewhere = facts(client_address="2001:db8::1", host=Host("api.example.com", 8443))
    written = dict(headers_of(forward(permit._replace(context=permit.context._replace(facts=elsewhere)))))
    assert written[b"forwarded"] == b'for="[2001:db8::1]";host="api.example.com:8443";proto=https'
    assert written[b"x-forwarded-host"] == b"api.example.com:8443"


def test_no_edge_serves_a_route_without_upstream() -> None:
    with pytest.raises(LookupError, match="orders-read"):
        passed(bearer(), where=policy())


@pytest.mark.long
@given(
    extra=any_headers(),
    options=st.lists(st.sampled_from([b"close", b"te", b"keep-alive", b"http2-settings"])),
)
def test_nothing_of_the_clients_is_among_what_we_say(extra: HeaderPairs, options: list[bytes]) -> None:
    """H49: no identity, no carrier, no credential, nothing that Connection names; ours once each."""
    where = under(*CREDENTIALS)
    mine = tuple(pair for pair in extra if pair[0] not in {b"origin", b"host", b"upgrade", b"cookie"})
    headers = Headers.of(
        ((b"host", b"api.example.com"), bearer(), (b"connection", b",".join(options)), *mine)
    )
    found = edge.read(
        HttpRequest(b"GET", b"/v1/orders", headers, "203.0.113.9"), where, Entrance(scheme="https")
    )
    verdict = found if isinstance(found, Deny) else decide(found, snapshot(where))
    if not isinstance(verdict, Permit):
        return
    given_on = forward(verdict)
    names = names_of(headers_of(given_on))
    for name in (
        *IDENTITY_HEADERS,
        b"authorization",
        b"host",
        b"forwarded",
        b"x-forwarded-for",
        b"x-real-ip",
    ):
        assert [folded(one) for one in names].count(name) == 1
    assert not set(names) & {*FRAMING, *options, b"x-api-token"}
    assert token().encode() not in b"\n".join(value for _, value in headers_of(given_on))


# --- towards the client -----------------------------------------------------------------------------


def ends(name: bytes, rules: ReplyRules) -> bool:
    return name in rules.names or name.startswith(rules.prefixes)


@pytest.mark.parametrize(
    "name",
    [
        *(b"connection", b"keep-alive", b"transfer-encoding", b"trailer", b"upgrade", b"proxy-authenticate"),
        *(b"server", b"x-powered-by", b"alt-svc", b"via", *IDENTITY_HEADERS),
    ],
)
def test_what_ends_at_us(name: bytes) -> None:
    assert ends(name, passed(bearer()).reply)


@pytest.mark.parametrize(
    "name", [b"set-cookie", b"content-type", b"content-length", b"location", b"access-control-allow-origin"]
)
def test_what_does_not(name: bytes) -> None:
    """H52: Location goes on as it is; Content-Length does where it frames nothing."""
    assert not ends(name, passed(bearer()).reply)


def test_an_answer_says_which_way_it_came() -> None:
    assert passed(bearer()).told == passed(target=b"/public/x").told == (VIA,)


def test_cors_has_one_voice() -> None:
    where = under(cors=cors())
    (origin,) = (one.encode() for one in cors().origins)
    given_on = passed(bearer(), (b"origin", origin), where=where)
    assert ends(b"access-control-allow-origin", given_on.reply)
    assert not ends(b"vary", given_on.reply)
    assert given_on.told == (VIA, (b"vary", b"Origin"), (b"access-control-allow-origin", origin))


def test_no_backend_sets_a_cookie_that_is_a_credential() -> None:
    where = under(BearerCredential(), CookieCredential(name="__Host-T"), CookieCredential(name="u"))
    assert passed(bearer(), where=where).reply.cookies == {b"t", b"u"}
    assert passed(bearer()).reply.cookies == frozenset()


def test_policies_that_are_alike_share_what_is_remembered() -> None:
    assert passed(bearer()).reply is passed(bearer(), where=under(realm="other")).reply
    assert passed(bearer()).reply is not passed(bearer(), where=under(cors=cors())).reply


def test_a_request_is_one_of_its_principals() -> None:
    given_on = passed(bearer())
    assert given_on.share == dict(headers_of(given_on))[b"x-auth-subject"] != b""
    assert passed(target=b"/public/x").share is None


def test_a_route_bounds_content_and_time() -> None:
    where = policy(route(upstream=UPSTREAM, max_body=7, timeout_s=3))
    given_on = passed(bearer(), where=where)
    assert (given_on.max_body, given_on.timeout_s) == (7, 3)
    assert passed(bearer()).timeout_s is None


def test_what_is_left_of_many_cookies_is_no_answer_of_ours() -> None:
    """No proxy's buffer holds it: behind nginx it would be `answer_too_large`."""
    many = b"; ".join(b"c%d=%s" % (number, b"v" * 40) for number in range(400))
    where = under(*CREDENTIALS)
    cookie = (b"cookie", b"t=" + token().encode() + b"; " + many)
    assert dict(headers_of(passed(cookie, where=where)))[b"cookie"] == many
