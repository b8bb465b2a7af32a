"""How does Traefik ask, and what does it understand?

`ForwardAuth`. The sub-request is a GET; the request that is judged stands in X-Forwarded-Method, -Proto,
-Host and -Uri, which Traefik builds itself unless the operator tells it to trust the client's. The path
is the one Traefik will forward: it normalizes once, before it asks. Any status but 2xx reaches the
client as we gave it, with headers and body.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny, Preflight, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forwarded import check_peer, nearest_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "traefik"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=False,
    relays_refusals=True,
    answers_preflight=False,  # any 2xx of ours is a permit; its own headers middleware answers instead
)

_REQUIRED: Final = (b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri")
CARRIERS: Final = (*_REQUIRED, b"x-forwarded-for", b"x-token-gateway-upgrade")

_SCHEMES: Final[Mapping[bytes, str]] = {b"http": "http", b"https": "https", b"ws": "http", b"wss": "https"}
"""Traefik names the WebSocket schemes where the request asks for an upgrade."""


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    try:
        check_peer(request.peer, policy)
        return _facts(request, policy)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer: 200, or what the client is to see."""
    answer = answers.render(verdict)
    if isinstance(verdict, Preflight):  # a 204 would let the preflight through to the backend
        return HttpAnswer(status=403, headers=answer.headers)
    return answer


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, at the URL it is pinned to."""
    carriers = (
        (b"x-forwarded-method", client.method.encode()),
        (b"x-forwarded-proto", client.scheme.encode()),
        (b"x-forwarded-host", client.authority.encode()),
        (b"x-forwarded-uri", client.target.encode()),
        (b"x-forwarded-for", client.address.encode()),
    )
    headers = Headers.of(carriers + client.headers)
    return HttpRequest(method=b"GET", target=url.encode(), headers=headers, peer=peer)


# --- private ---


def _facts(request: HttpRequest, policy: Policy) -> RequestFacts:
    headers = request.headers
    method, proto, host, target, forwarded_for, upgrade = take_carriers(
        headers, CARRIERS, policy.places.headers
    )
    if method is None or proto is None or host is None or target is None:
        missing = (method, proto, host, target).index(None)
        raise Refusal(Reason.CARRIER_MISSING, _REQUIRED[missing].decode())
    scheme = _SCHEMES.get(proto)
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-forwarded-proto")
    check_method_parameter(target)
    return RequestFacts(
        NAME,
        policy.id,
        request.peer,
        nearest_address(forwarded_for),
        check_method(method),
        scheme,
        parse_host(host),
        target,
        headers,
        # Traefik takes Upgrade away before it asks; the router of our snippet says that there was one. A
        # client that says so itself asks for an upgrade that it will not get.
        upgrade.decode("ascii", "replace").lower() if upgrade else upgrade_of(headers),
        CAPABILITIES.removes_query,
        CAPABILITIES.replaces_cookies,
    )
