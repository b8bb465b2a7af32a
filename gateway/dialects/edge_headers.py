"""What of a request may a backend see, and what of its answer the client?

Towards the backend everything is taken away first that says who asks, for whom, or how to read the request,
in every spelling that a CGI, WSGI or PHP reader folds into it; then what was judged is written down, once.
Towards the client, what belongs to our connection with the backend ends, CORS has one voice, and no backend
sets a cookie that is a credential here.

How a request's body is framed is not told here: Content-Length, Transfer-Encoding, TE, Trailer, Expect,
Connection and Upgrade are taken away, and whoever sends it says them anew (RFC 9110 section 7.6.1, RFC 9112
section 6), of an answer as well. Location stays as the backend wrote it.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from gateway.core.credential import PROTOCOL_HEADER, cookies_left, subprotocols
from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import HeaderPairs, Headers, Shape, shape_of
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import Policy, Route
from gateway.core.verdict import Permit
from gateway.dialects.hygiene import METHOD_OVERRIDES, folded
from gateway.dialects.query import target_without
from gateway.dialects.set_cookie import plain_name
from gateway.dialects.untrusted import UNTRUSTED
from gateway.dialects.wire import Forward, ReplyRules

VIA: Final = (b"via", b"1.1 token-gateway")
"""RFC 9110 section 7.6.3: a pseudonym, for our address is nobody's business."""


def given(permit: Permit) -> HeaderPairs:
    """Give what the backend is told of its client: identity and token."""
    if permit.downstream is None:
        return permit.identity
    return (*permit.identity, (b"authorization", b"Bearer " + permit.downstream.text))


def forward(
    facts: RequestFacts,
    policy: Policy,
    route: Route,
    lines: bytes,
    cors: HeaderPairs,
    *,
    share: bytes | None = None,
    until: float | None = None,
) -> Forward:
    """Give what the backend gets of a permitted request.

    `lines` are those of `given`, written; `cors` what a browser is told. `until` is when the client's token
    ends: only an upgraded connection outlives its request. Raises: LookupError for a route without upstream.
    """
    if route.upstream is None:
        raise LookupError(f"route {route.id} has no upstream")
    places = policy.places
    target = target_without(facts.target, places.queries)
    return Forward(
        upstream=route.upstream,
        method=facts.method.encode(),
        target=facts.target if target is None else target,
        headers=_headers(facts, policy),
        given=lines,
        upgrade=None if facts.upgrade is None else facts.upgrade.encode(),
        until=None if facts.upgrade is None else until,
        reply=_reply_rules(places.cookies, drops_cors=policy.cors is not None),
        told=_VIA_ALONE if policy.cors is None else (VIA, *cors),
        max_body=route.max_body,
        timeout_s=route.timeout_s,
        share=share,
    )


# --- private ---

_VIA_ALONE: Final = (VIA,)
_CORS: Final = b"access-control-"
_HOP_BY_HOP: Final = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding"),
        *(b"upgrade", b"http2-settings"),
    }
)
_REQUEST_NAMES: Final = frozenset(
    {
        *_HOP_BY_HOP,
        *IDENTITY_HEADERS,
        *METHOD_OVERRIDES,
        *(name.lower().encode() for name in UNTRUSTED),
        *(b"host", b"content-length", b"expect", b"authorization"),
        # Who is served, in other words than X-Forwarded-For.
        *(b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip", b"x-cluster-client-ip"),
        # RFC 9440 section 4: of whoever ends TLS, and of nobody else.
        *(b"client-cert", b"client-cert-chain"),
        # CGI makes HTTP_PROXY of it, and libraries a proxy of that (CVE-2016-5385).
        b"proxy",
    }
)
_REQUEST_PREFIXES: Final = (
    *(b"x-forwarded-", b"x-original-", b"x-envoy-", b"x-token-gateway-", b"x-ssl-client-", b"proxy-"),
)
_ENDS_AT_US: Final = frozenset(
    {
        *_HOP_BY_HOP,
        *IDENTITY_HEADERS,
        *(b"proxy-authenticate", b"proxy-authorization", b"proxy-authentication-info"),
        # What stands behind us: RFC 9110 sections 7.6.3 and 10.2.4.
        *(b"via", b"server", b"x-powered-by"),
        # RFC 7838: where else this origin is served. A backend knows it only of itself, past us.
        b"alt-svc",
    }
)


@lru_cache(maxsize=256)
def _reply_rules(cookies: frozenset[bytes], *, drops_cors: bool) -> ReplyRules:
    """One for all policies that are alike in this, before a reload and after."""
    return ReplyRules(
        _ENDS_AT_US, (_CORS,) if drops_cors else (), frozenset(plain_name(name) for name in cookies)
    )


class _Outline(NamedTuple):
    """What the names of a request's headers come to, under one policy."""

    places: tuple[int, ...]
    """Which are kept."""
    shape: Shape
    """Of what the backend gets: Host, those, and what we say of the request."""


def _headers(facts: RequestFacts, policy: Policy) -> Headers:
    """Give Host, what is kept of the client's, and what we say of the request."""
    places, shape = policy.places, facts.headers.shape
    key = (_Outline, places.headers, bool(places.cookies))
    outline: _Outline | None = shape.findings.get(key)
    if outline is None:
        outline = shape.findings[key] = _outlined(shape, places.headers, drops_cookies=bool(places.cookies))
    host, origin = _origin(facts.client_address, facts.host, facts.scheme)
    if places.protocols or places.cookies or shape.places(b"connection"):
        kept = _without_tokens(_kept(outline.places, facts.headers), facts.headers, places.protocols)
        left = cookies_left(facts.headers, places.cookies) if places.cookies else b""
        cookie = ((b"cookie", left),) if left else ()
        return Headers.of(((b"host", host), *kept, *cookie, *zip(_ORIGIN, origin, strict=True)))
    values = facts.headers.values
    return Headers(outline.shape, (host, *[values[place] for place in outline.places], *origin))


def _outlined(shape: Shape, credentials: frozenset[bytes], *, drops_cookies: bool) -> _Outline:
    places = _places_kept(shape, credentials, drops_cookies=drops_cookies)
    return _Outline(places, shape_of((b"host", *(shape.names[place] for place in places), *_ORIGIN)))


def _kept(places: tuple[int, ...], headers: Headers) -> HeaderPairs:
    """Give what stands at these places, without what Connection names."""
    names, values = headers.shape.names, headers.values
    named = _connection_options(headers.all(b"connection"))
    return tuple((names[place], values[place]) for place in places if names[place] not in named)


def _without_tokens(kept: HeaderPairs, headers: Headers, prefixes: tuple[bytes, ...]) -> HeaderPairs:
    """Leave out each subprotocol that begins as a token's does. Spelt otherwise the header is nobody's."""
    if not prefixes:
        return kept
    left = b", ".join(item for item in subprotocols(headers) if not item.startswith(prefixes))
    others = tuple(pair for pair in kept if folded(pair[0]) != PROTOCOL_HEADER)
    return (*others, (PROTOCOL_HEADER, left)) if left else others


def _places_kept(shape: Shape, credentials: frozenset[bytes], *, drops_cookies: bool) -> tuple[int, ...]:
    cookies = {b"cookie"} if drops_cookies else set[bytes]()
    dropped = _REQUEST_NAMES.union(credentials, cookies)
    return tuple(
        place
        for place, plain in enumerate(map(folded, shape.names))
        if plain not in dropped and not plain.startswith(_REQUEST_PREFIXES)
    )


def _connection_options(values: list[bytes]) -> frozenset[bytes]:
    """What `Connection` names. Of requests `hygiene` lets through only what is hop-by-hop anyway."""
    return frozenset(option.strip(b" \t").lower() for value in values for option in value.split(b","))


_ORIGIN: Final = (
    *(b"via", b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"),
)
"""What we say of a request: through whom it came, whom it serves, and how that client came in."""


@lru_cache(maxsize=4096)
def _origin(address: str, host: Host, scheme: str) -> tuple[bytes, tuple[bytes, ...]]:
    """Give the values of Host and of `_ORIGIN`: one address, as judged, and nothing that the client said."""
    name, node = str(host), f'"[{address}]"' if ":" in address else address
    authority = f'"{name}"' if ":" in name else name
    texts = (f"for={node};host={authority};proto={scheme}", address, name, scheme, address)
    return name.encode(), (VIA[1], *(text.encode() for text in texts))
