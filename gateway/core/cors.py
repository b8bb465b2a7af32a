"""May this browser origin call, and what must its browser be told?

The CORS protocol of the Fetch standard, sections 3.2.2-3.2.5. Origins are compared exactly and never
answered with `*`: these routes take credentials. A preflight carries none, so it is answered here and
never passed on. What a browser attaches by itself, a cookie, is believed for the same origins alone.
"""

from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.headers import HeaderPairs
from gateway.core.policy import Cors
from gateway.core.reason import Reason, Refusal

_PORTS: Final = {"https": 443, "http": 80}
_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language", "content-type"})


def is_preflight(facts: RequestFacts) -> bool:
    """Whether this is a CORS preflight: OPTIONS with an origin and a method to ask for."""
    return (
        facts.method == "OPTIONS"
        and len(facts.header_values(b"origin")) == 1
        and len(facts.header_values(b"access-control-request-method")) == 1
    )


def requested_method(facts: RequestFacts) -> str:
    """The method that a preflight asks for. Only meaningful where `is_preflight`."""
    return facts.header_values(b"access-control-request-method")[0].decode("ascii", "replace")


def answer_headers(cors: Cors, facts: RequestFacts) -> HeaderPairs:
    """What every answer carries, a refusal above all: or the browser hides it from the application."""
    origin = _allowed_origin(cors, facts)
    if origin is None:
        return ((b"vary", b"Origin"),)
    headers = [(b"vary", b"Origin"), (b"access-control-allow-origin", origin)]
    if cors.credentials:
        headers.append((b"access-control-allow-credentials", b"true"))
    if cors.expose:
        headers.append((b"access-control-expose-headers", ", ".join(cors.expose).encode()))
    return tuple(headers)


def preflight_headers(cors: Cors, facts: RequestFacts) -> HeaderPairs:
    """What an allowed preflight is told, beside `answer_headers`.

    Raises: Refusal(origin_not_allowed) for an origin or a request header that is not listed.
    """
    if _allowed_origin(cors, facts) is None:
        raise Refusal(Reason.ORIGIN_NOT_ALLOWED, "origin")
    listed = _SAFELISTED.union(name.lower() for name in cors.headers)
    if not listed.issuperset(_requested_headers(facts)):
        raise Refusal(Reason.ORIGIN_NOT_ALLOWED, "a request header that is not listed")
    return (
        (b"access-control-allow-methods", requested_method(facts).encode()),
        (b"access-control-allow-headers", ", ".join(cors.headers).encode()),
        (b"access-control-max-age", b"%d" % cors.max_age_s),
    )


def may_bring_cookies(cors: Cors | None, facts: RequestFacts) -> bool:
    """Whether the page that asks may use its browser's cookies: one of ours, or of a listed origin.

    Any page can open a WebSocket or send a form, and the browser adds its cookies (RFC 6265 section 8.2): no
    rule of CORS is in the way. The backend gets our token instead, and could not tell. A request without
    Origin is no page's, or only reads: browsers set it on all methods but GET and HEAD, and on WebSockets
    (Fetch standard, section 3.2). Where TLS ends before the proxy, our own origin is https all the same.
    """
    origins = facts.header_values(b"origin")
    if not origins:
        return True
    if len(origins) > 1:
        return False
    listed = cors is not None and cors.credentials and _allowed_origin(cors, facts) is not None
    return listed or origins[0].decode("ascii", "replace") in _own_origins(facts)


# --- private ---


def _own_origins(facts: RequestFacts) -> set[str]:
    """As a browser serialises them: without the scheme's own port (RFC 6454 section 6.2)."""
    return {
        f"{scheme}://{facts.host._replace(port=None) if facts.host.port == port else facts.host}"
        for scheme, port in _PORTS.items()
        if scheme in {"https", facts.scheme}
    }


def _allowed_origin(cors: Cors, facts: RequestFacts) -> bytes | None:
    """The origin as configured, so that nothing the client sent is written back."""
    origins = facts.header_values(b"origin")
    if len(origins) != 1:
        return None
    origin = origins[0].decode("ascii", "replace")
    return origin.encode() if origin in cors.origins else None


def _requested_headers(facts: RequestFacts) -> set[str]:
    joined = b",".join(facts.header_values(b"access-control-request-headers"))
    names = joined.decode("ascii", "replace").lower().split(",")
    return {name.strip(" \t") for name in names} - {""}
