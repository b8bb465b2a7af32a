"""How does Traefik ask, and what does it understand?

`ForwardAuth`. The sub-request is a GET; the request that is judged stands in X-Forwarded-Method, -Proto,
-Host and -Uri, which Traefik builds itself unless the operator tells it to trust the client's. The path
is the one Traefik will forward: it normalizes once, before it asks. Any status but 2xx reaches the
client as we gave it, with headers and body.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny, Preflight, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forwarded import check_peer, nearest_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HeaderPairs, HttpAnswer, HttpRequest

NAME: Final = "traefik"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=False,
    relays_refusals=True,
    answers_preflight=False,  # any 2xx of ours is a permit; its own headers middleware answers instead
)

_REQUIRED: Final = (b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri")
_UPGRADE: Final = b"x-token-gateway-upgrade"
CARRIERS: Final = frozenset({*_REQUIRED, b"x-forwarded-for", _UPGRADE})

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
    return HttpRequest(method=b"GET", target=url.encode(), headers=carriers + client.headers, peer=peer)


# --- private ---


def _facts(request: HttpRequest, policy: Policy) -> RequestFacts:
    carriers = take_carriers(request.headers, CARRIERS, policy.credentials)
    for name in _REQUIRED:
        if name not in carriers:
            raise Refusal(Reason.CARRIER_MISSING, name.decode())
    scheme = _SCHEMES.get(carriers[b"x-forwarded-proto"])
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-forwarded-proto")
    target = carriers[b"x-forwarded-uri"]
    check_method_parameter(target)
    return RequestFacts(
        dialect=NAME,
        policy=policy.id,
        peer=request.peer,
        client_address=nearest_address(carriers.get(b"x-forwarded-for", b"0.0.0.0")),
        method=check_method(carriers[b"x-forwarded-method"]),
        scheme=scheme,
        host=parse_host(carriers[b"x-forwarded-host"]),
        target=target,
        headers=request.headers,
        upgrade=_upgrade(carriers, request.headers),
        can_remove_query=CAPABILITIES.removes_query,
        can_remove_cookie=CAPABILITIES.replaces_cookies,
    )


def _upgrade(carriers: Mapping[bytes, bytes], headers: HeaderPairs) -> str | None:
    """Traefik takes Upgrade away before it asks; the router of our snippet says that there was one.

    A client that says so itself asks for an upgrade that it will not get.
    """
    said = carriers.get(_UPGRADE)
    return said.decode("ascii", "replace").lower() if said else upgrade_of(headers)
