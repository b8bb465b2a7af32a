"""Exactly one credential, in a place the policy accepts and this proxy cleans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.credential import (
    MAX_COOKIES,
    Presented,
    UnverifiedToken,
    extract,
    parameter_keys,
    parameter_name,
    token_of,
)
from gateway.core.policy import (
    BearerCredential,
    CookieCredential,
    CredentialSource,
    HeaderCredential,
    QueryCredential,
    WebSocketProtocolCredential,
    places_of,
)
from gateway.core.reason import Reason, Refusal
from tests.builders import facts
from tests.strategies import any_headers

BEARER = BearerCredential()
COOKIE = CookieCredential(name="__Host-token")
QUERY = QueryCredential(name="access_token")
HEADER = HeaderCredential(name="x-api-token")

Pair = tuple[bytes, bytes]


def presented(
    *headers: Pair,
    sources: tuple[CredentialSource, ...] = (BEARER,),
    target: bytes = b"/v1/orders",
    removes_query: bool = True,
    removes_cookie: bool = True,
    removes_protocol: bool = True,
) -> bytes | Reason | None:
    """The token's text, None without one, or why not."""
    told = facts(
        target,
        *headers,
        can_remove_query=removes_query,
        can_remove_cookie=removes_cookie,
        can_remove_protocol=removes_protocol,
    )
    try:
        token = token_of(extract(told, places_of(sources)))
    except Refusal as refusal:
        return refusal.reason
    return token.text if token else None


def authorization(*values: bytes) -> tuple[Pair, ...]:
    return tuple((b"authorization", value) for value in values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), None),
        ((b"Bearer t",), b"t"),
        ((b"bearer t",), b"t"),
        ((b"BEARER t",), b"t"),
        ((b"Bearer  t",), b"t"),  # 1*SP, RFC 6750 section 2.1
        ((b"Bearer a.b-c_d~e+f/g==",), b"a.b-c_d~e+f/g=="),
        # another scheme is no credential of ours, and an empty header is none
        ((b"",), None),
        ((b"Basic dTpw",), None),
        ((b"Negotiate YII=",), None),
        ((b"DPoP t",), None),
        ((b"Token t",), None),
        ((b"Bearert",), None),
        ((b"Bearer-t x",), None),
        # two are too many, even where one is good or empty
        ((b"Bearer a", b"Bearer a"), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"Bearer a", b""), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"", b"Bearer a"), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"Basic dTpw", b"Bearer a"), Reason.CREDENTIAL_AMBIGUOUS),
        # nothing is split, stripped or repaired
        ((b"Bearer",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer ",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a,Bearer b",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a, b",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a b",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a ",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer =a",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a=b",), Reason.CREDENTIAL_MALFORMED),
        ((b'Bearer "a"',), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer\ta",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer \ta",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer\xa0a",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer \xa0a",), Reason.CREDENTIAL_MALFORMED),
        (("Bearer\u2003a".encode(),), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer\x1ca",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer\x0ba",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a\n",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer a\x00",), Reason.CREDENTIAL_MALFORMED),
        ((b"Bearer \xff\xfe",), Reason.CREDENTIAL_MALFORMED),
        ((b" Bearer a",), Reason.CREDENTIAL_MALFORMED),
        ((b": a",), Reason.CREDENTIAL_MALFORMED),
    ],
)
def test_authorization(values: tuple[bytes, ...], expected: bytes | Reason | None) -> None:
    assert presented(*authorization(*values)) == expected


@pytest.mark.parametrize("name", [b"proxy-authorization", b"x-authorization", b"authentication"])
def test_other_headers_are_no_authorization(name: bytes) -> None:
    assert presented((name, b"Bearer t")) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((b"t",), b"t"),
        ((b"",), None),
        ((b"a", b"b"), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"Bearer t",), Reason.CREDENTIAL_MALFORMED),
        ((b"a,b",), Reason.CREDENTIAL_MALFORMED),
    ],
)
def test_a_header_of_its_own(values: tuple[bytes, ...], expected: bytes | Reason | None) -> None:
    headers = [(b"x-api-token", value) for value in values]
    assert presented(*headers, sources=(HEADER,)) == expected


@pytest.mark.parametrize(
    ("cookies", "expected", "left"),
    [
        ((), None, b""),
        ((b"__Host-token=t",), b"t", b""),
        ((b"a=1; __Host-token=t; b=2",), b"t", b"a=1; b=2"),
        ((b"a=1;__Host-token=t;b=2",), b"t", b"a=1; b=2"),
        ((b"a=1", b"__Host-token=t"), b"t", b"a=1"),
        ((b"a=1; ;; b=2",), None, b"a=1; b=2"),
        ((b"\xff\xfe=\xfd; __Host-token=t",), b"t", b"\xff\xfe=\xfd"),
        ((b"no-equals-sign; __Host-token=t",), b"t", b"no-equals-sign"),
        # octet-exact: these are other cookies, however some readers trim, unquote or fold them
        ((b"__host-token=t",), None, b"__host-token=t"),
        ((b"__Host-token =t",), None, b"__Host-token =t"),
        ((b"\xa0__Host-token=t",), None, b"\xa0__Host-token=t"),
        ((b"\x0b__Host-token=t",), None, b"\x0b__Host-token=t"),
        ((b"\x1c__Host-token=t",), None, b"\x1c__Host-token=t"),
        (("\u2000__Host-token=t".encode(),), None, "\u2000__Host-token=t".encode()),
        ((b"__Host-token%3Dt",), None, b"__Host-token%3Dt"),
        ((b"%5F%5FHost-token=t",), None, b"%5F%5FHost-token=t"),
        (
            (b"a=1, b=t,__host-token=t, __Host-tokens=,__Host-Token=",),
            None,
            b"a=1, b=t,__host-token=t, __Host-tokens=,__Host-Token=",
        ),
        ((b'a="x; __Host-token=t',), b"t", b'a="x'),  # quotes protect nothing: RFC 6265 section 5.2
        ((b"=__Host-token=t",), None, b"=__Host-token=t"),
        ((b"$Version=1; __Host-token=t",), b"t", b"$Version=1"),
        # a nameless twin is taken away with it
        ((b"__Host-token; a=1",), None, b"a=1"),
    ],
)
def test_cookies_are_octet_exact(cookies: tuple[bytes, ...], expected: bytes | None, left: bytes) -> None:
    headers = [(b"cookie", value) for value in cookies]
    assert presented(*headers, sources=(COOKIE,)) == expected
    assert extract(facts(b"/", *headers), places_of((COOKIE,))).cookies_left == left


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ((b"__Host-token=a; __Host-token=b",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"__Host-token=a", b"__Host-token=a"), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"__Host-token=a; __Host-token=",), Reason.CREDENTIAL_AMBIGUOUS),
        # a proxy joined two headers with a comma, or a backend splits there
        ((b"a=1, __Host-token=t",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"a=1,__Host-token=t",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"a=1,\t__Host-token =t",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"a,__Host-token=t",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"a=1,b=2,__Host-token",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"a=1,__Host-token=t; __Host-token=u",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"__Host-token=",), Reason.CREDENTIAL_MALFORMED),
        ((b'__Host-token="t"',), Reason.CREDENTIAL_MALFORMED),
        ((b"__Host-token==t",), Reason.CREDENTIAL_MALFORMED),
        ((b"__Host-token=a b",), Reason.CREDENTIAL_MALFORMED),
        ((b"__Host-token=\xff",), Reason.CREDENTIAL_MALFORMED),
    ],
)
def test_a_cookie_of_our_name_is_one_or_refused(cookies: tuple[bytes, ...], expected: Reason) -> None:
    assert presented(*[(b"cookie", value) for value in cookies], sources=(COOKIE,)) is expected


def test_five_hundred_cookies_are_read() -> None:
    crowd = b"; ".join(b"c%d=v" % number for number in range(500))
    headers = ((b"cookie", crowd + b"; __Host-token=t"),)
    assert presented(*headers, sources=(COOKIE,)) == b"t"
    assert extract(facts(b"/", *headers), places_of((COOKIE,))).cookies_left == crowd


@pytest.mark.parametrize("pair", [b"c=v", b"", b" "])
def test_more_cookies_than_a_browser_keeps_are_refused_unread(pair: bytes) -> None:
    """V16. Where no token is looked for in cookies, they are not our business."""
    half = b";".join([pair] * (MAX_COOKIES // 2 + 1))
    headers = ((b"cookie", half), (b"cookie", half))
    assert presented(*headers, sources=(COOKIE,)) is Reason.CREDENTIAL_MALFORMED
    assert presented(*headers, sources=(BEARER,)) is None


def test_without_a_cookie_credential_the_cookies_are_the_clients() -> None:
    assert extract(facts(b"/", (b"cookie", b"__Host-token=t")), places_of((BEARER,))).cookies_left is None


def test_a_cookie_that_this_proxy_cannot_take_away_is_refused() -> None:
    cookie = (b"cookie", b"__Host-token=t")
    assert presented(cookie, sources=(COOKIE,), removes_cookie=False) is Reason.CREDENTIAL_UNREMOVABLE
    assert presented((b"cookie", b"a=1"), sources=(COOKIE,), removes_cookie=False) is None


@pytest.mark.parametrize(
    "query",
    [
        b"access_token=t",
        b"access_token",
        b"access_token=",
        b"a=1&access_token=t",
        b"a=1;access_token=t",
        b"ACCESS_TOKEN=t",
        b"Access_Token=t",
        b"access%5Ftoken=t",
        b"access%5ftoken=t",
        b"%61ccess_token=t",
        b"%61%63%63%65%73%73%5f%74%6f%6b%65%6e=t",
        b"+access_token=t",
        b"access_token%20=t",
        b"%09access_token=t",
        # what PHP reads as the same name
        b"access.token=t",
        b"access+token=t",
        b"access%20token=t",
        b"access_token[]=t",
        b"access_token%5B0%5D=t",
        b"access_token%00x=t",
    ],
)
def test_a_token_in_the_query_is_refused_where_none_is_accepted(query: bytes) -> None:
    assert presented(target=b"/?" + query) is Reason.CREDENTIAL_MISPLACED
    assert presented(*authorization(b"Bearer t"), target=b"/?" + query) is Reason.CREDENTIAL_MISPLACED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", None),
        (b"a=1", None),
        (b"access_token=t", b"t"),
        (b"a=1&access_token=t&b=2", b"t"),
        (b"a=1;access_token=t", b"t"),
        (b"access_token_type=bearer", None),
        (b"my_access_token=t", None),
        (b"access-token=t", None),
        (b"token=t", None),
        (b"a=access_token", None),
        (b"access_token=a&access_token=b", Reason.CREDENTIAL_AMBIGUOUS),
        (b"access_token=a;access_token=a", Reason.CREDENTIAL_AMBIGUOUS),
        (b"access_token=a&access_token", Reason.CREDENTIAL_AMBIGUOUS),
        (b"access_token=", Reason.CREDENTIAL_MALFORMED),
        (b"access_token=a%2Eb", Reason.CREDENTIAL_MALFORMED),
        # a spelling that the proxy's own removal would miss
        (b"access%5Ftoken=t", Reason.CREDENTIAL_MISPLACED),
        (b"Access_Token=t", Reason.CREDENTIAL_MISPLACED),
        (b"access_token=t&access%5Ftoken=t", Reason.CREDENTIAL_MISPLACED),
    ],
)
def test_a_query_credential(query: bytes, expected: bytes | Reason | None) -> None:
    assert presented(target=b"/?" + query, sources=(QUERY,)) == expected


def test_a_query_credential_that_this_proxy_leaves_there_is_refused() -> None:
    got = presented(target=b"/?access_token=t", sources=(QUERY,), removes_query=False)
    assert got is Reason.CREDENTIAL_UNREMOVABLE


def test_a_name_with_a_dot_is_watched_like_any_other() -> None:
    sources = (QueryCredential(name="api.token"),)
    assert presented(target=b"/?api.token=t", sources=sources) == b"t"
    assert presented(target=b"/?api_token=t", sources=sources) is Reason.CREDENTIAL_MISPLACED
    unclean = presented(target=b"/?api.token=t", sources=sources, removes_query=False)
    assert unclean is Reason.CREDENTIAL_UNREMOVABLE


_PARTS = st.sampled_from(
    (
        *(b"access_token", b"_method", b"_", b"access", b"token", b"method", b"A", b"K", b"ess", b"e", b"n"),
        *(b"%41", b"%5f", b"%5F", b"%6e", b"%2e", b"%20", b"%00", b"%5b", b"%26", b"%3d", b"%E2%84%AA", b"%"),
        *(
            b"%e2",
            b"%84",
            b"%C4%B0",
            b"%CE%A3",
            b"%c2%a0",
            b"%4",
            b".",
            b"+",
            b"[",
            b"=",
            b"&",
            b";",
            b"&",
            b"&",
        ),
    )
)


@given(st.lists(_PARTS, max_size=14).map(b"".join), st.sampled_from((("access_token",), ("_method", "k"))))
def test_the_keys_of_a_name_are_those_that_reading_every_key_finds(
    query: bytes, names: tuple[str, ...]
) -> None:
    keys = [pair.partition(b"=")[0] for pair in query.replace(b";", b"&").split(b"&")]
    assert list(parameter_keys(query, names)) == [key for key in keys if parameter_name(key) in names]


def test_the_query_parameter_of_rfc_6750_is_watched_beside_another_name() -> None:
    sources = (QueryCredential(name="jwt"),)
    assert presented(target=b"/?jwt=t", sources=sources) == b"t"
    assert presented(target=b"/?jwt=t&access_token=u", sources=sources) is Reason.CREDENTIAL_MISPLACED


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        (((b"authorization", b"Bearer a"), (b"x-api-token", b"b")), b"/"),
        (((b"authorization", b"Bearer a"), (b"cookie", b"__Host-token=b")), b"/"),
        (((b"authorization", b"Bearer a"),), b"/?access_token=b"),
        (((b"cookie", b"__Host-token=b"),), b"/?access_token=b"),
        (((b"authorization", b"Bearer a"), (b"x-api-token", b"a")), b"/"),
    ],
)
def test_two_places_are_one_too_many(headers: tuple[Pair, ...], target: bytes) -> None:
    sources = (BEARER, HEADER, COOKIE, QUERY)
    assert presented(*headers, target=target, sources=sources) is Reason.CREDENTIAL_AMBIGUOUS


def test_no_source_finds_no_credential() -> None:
    assert presented(*authorization(b"Bearer t"), sources=()) is None


def test_nothing_prints_the_token() -> None:
    secret = "c4n4ry"
    token = UnverifiedToken(secret.encode())
    assert secret not in repr(token) + repr(Presented(secret.encode(), secret.encode()))
    with pytest.raises(Refusal) as refusal:
        extract(facts(b"/?access_token=" + secret.encode()), places_of((BEARER,)))
    assert secret not in repr(refusal.value) + refusal.value.detail


@given(any_headers(), st.binary(max_size=30))
def test_any_headers_and_query_give_a_value_or_a_refusal(headers: tuple[Pair, ...], query: bytes) -> None:
    told = facts(b"/?" + query, *headers, can_remove_query=True)
    try:
        found = extract(told, places_of((BEARER, HEADER, COOKIE, QUERY)))
    except Refusal as refusal:
        assert refusal.reason.value.startswith("credential_")  # noqa: PT017 - either way is an answer
        return
    assert found.cookies_left is not None
    assert b"__Host-token" not in [pair.partition(b"=")[0] for pair in found.cookies_left.split(b"; ")]


# --- subprotocols -----------------------------------------------------------------------------------

PROTOCOL = WebSocketProtocolCredential(prefix="bearer.")


def protocols(*lines: bytes) -> tuple[Pair, ...]:
    return tuple((b"sec-websocket-protocol", line) for line in lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), None),
        ((b"chat, superchat",), None),
        ((b"chat, bearer.t",), b"t"),
        ((b"chat", b" bearer.t ,, soap"), b"t"),
        ((b"Bearer.t",), None),  # subprotocols are compared octet for octet
        ((b"xbearer.t",), None),
        ((b"bearer.",), Reason.CREDENTIAL_MALFORMED),
        ((b"bearer.a b",), Reason.CREDENTIAL_MALFORMED),
        ((b"bearer.t, bearer.u",), Reason.CREDENTIAL_AMBIGUOUS),
        ((b"bearer.t", b"bearer.t"), Reason.CREDENTIAL_AMBIGUOUS),
    ],
)
def test_a_token_in_a_subprotocol(lines: tuple[bytes, ...], expected: bytes | Reason | None) -> None:
    assert presented(*protocols(*lines), sources=(PROTOCOL,)) == expected
    assert presented(*protocols(*lines)) is None, "only where the policy accepts it"


def test_one_that_stays_there_is_refused() -> None:
    asked = protocols(b"chat, bearer.t")
    assert presented(*asked, sources=(PROTOCOL,), removes_protocol=False) is Reason.CREDENTIAL_UNREMOVABLE
    assert presented(*protocols(b"chat"), sources=(PROTOCOL,), removes_protocol=False) is None


def test_a_subprotocol_and_a_header_are_one_too_many() -> None:
    asked = (*authorization(b"Bearer t"), *protocols(b"bearer.t"))
    assert presented(*asked, sources=(BEARER, PROTOCOL)) is Reason.CREDENTIAL_AMBIGUOUS
