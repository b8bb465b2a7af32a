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
from typing import Final

from gateway.core.credential import PROTOCOL_HEADER, subprotocols
from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import HeaderPairs, Headers, Shape
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import Policy, Route
from gateway.core.verdict import Permit
from gateway.dialects import answers
from gateway.dialects.hygiene import METHOD_OVERRIDES, folded
from gateway.dialects.query import target_without
from gateway.dialects.set_cookie import plain_name
from gateway.dialects.untrusted import UNTRUSTED
from gateway.dialects.wire import Forward, ReplyRules

VIA: Final = (b"via", b"1.1 token-gateway")
"""RFC 9110 section 7.6.3: a pseudonym, for our address is nobody's business."""


def forward(permit: Permit) -> Forward:
    """Give what the backend gets. Raises: LookupError for a route without upstream: no edge serves it."""
    facts, policy, route, _, _, principal, _ = permit.context
    if facts is None or policy is None or route is None:
        raise LookupError("a permit of no request")
    until = None if principal is None else float(principal.span.end)
    return forward_as(facts, policy, route, answers.render(permit).headers, until)


def forward_as(
    facts: RequestFacts, policy: Policy, route: Route, told: HeaderPairs, until: float | None = None
) -> Forward:
    """Give the same where only `told`, the headers of the rendered permit, was remembered.

    `until` is when the client's token ends; only an upgraded connection outlives its request.
    """
    if route.upstream is None:
        raise LookupError(f"route {route.id} has no upstream")
    places = policy.places
    target = target_without(facts.target, places.queries)
    kept = _kept(facts.headers, places.headers, drops_cookies=bool(places.cookies))
    if places.protocols:
        kept = _without_tokens(kept, facts.headers, places.protocols)
    given = tuple(pair for pair in told if pair[0] in _GIVEN)
    return Forward(
        upstream=route.upstream,
        method=facts.method.encode(),
        target=facts.target if target is None else target,
        headers=(
            (b"host", str(facts.host).encode()),
            *kept,
            VIA,
            *_origin(facts.client_address, facts.host, facts.scheme),
            *given,
        ),
        upgrade=None if facts.upgrade is None else facts.upgrade.encode(),
        until=None if facts.upgrade is None else until,
        reply=_reply_rules(places.cookies, drops_cors=policy.cors is not None),
        told=_VIA_ALONE if policy.cors is None else (VIA, *filter(_is_cors, told)),
        max_body=route.max_body,
        timeout_s=route.timeout_s,
        share=next((value for name, value in given if name == IDENTITY_HEADERS[0]), None) or None,
    )


# --- private ---

_VIA_ALONE: Final = (VIA,)
_CORS: Final = b"access-control-"
_GIVEN: Final = frozenset({*IDENTITY_HEADERS, b"authorization", b"cookie"})

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


def _is_cors(pair: tuple[bytes, bytes]) -> bool:
    """What `core.cors` says: a permit's other headers are the backend's."""
    return pair[0] == b"vary" or pair[0].startswith(_CORS)


def _kept(headers: Headers, credentials: frozenset[bytes], *, drops_cookies: bool) -> HeaderPairs:
    shape = headers.shape
    key = (_kept, credentials, drops_cookies)
    places: tuple[int, ...] | None = shape.findings.get(key)
    if places is None:
        places = shape.findings[key] = _places_kept(shape, credentials, drops_cookies=drops_cookies)
    return _at(places, headers)


def _at(places: tuple[int, ...], headers: Headers) -> HeaderPairs:
    """Give what stands at these places, without what Connection names."""
    names, values = headers.shape.names, headers.values
    if not headers.shape.places(b"connection"):
        return tuple((names[place], values[place]) for place in places)
    named = _connection_options(headers.all(b"connection"))
    return tuple((names[place], values[place]) for place in places if names[place] not in named)


def _without_tokens(kept: HeaderPairs, headers: Headers, prefixes: tuple[bytes, ...]) -> HeaderPairs:
    """Leave out each subprotocol that begins as a token's does. Spelt otherwise the header is nobody's."""
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


@lru_cache(maxsize=4096)
def _origin(address: str, host: Host, scheme: str) -> HeaderPairs:
    """Who is served, and how it came in: one address, as judged, and nothing that the client said."""
    node = f'"[{address}]"' if ":" in address else address
    authority = f'"{host}"' if ":" in str(host) else str(host)
    texts = (
        ("forwarded", f"for={node};host={authority};proto={scheme}"),
        ("x-forwarded-for", address),
        ("x-forwarded-host", str(host)),
        ("x-forwarded-proto", scheme),
        ("x-real-ip", address),
    )
    return tuple((name.encode(), value.encode()) for name, value in texts)
