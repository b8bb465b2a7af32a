"""How does NGINX ask, and what does it understand?

`auth_request`, and ingress-nginx's `auth-url`, which renders it. The sub-request is always a GET without
body; the request that is judged stands in X-Original-Method and X-Original-URL, both set by the proxy.
Every other header is the client's: its X-Forwarded-Uri, X-Original-URI and so on arrive untouched and
are not looked at. The answer is 2xx, 401 or 403; nginx turns everything else into a 500, which is right
for an outage and wrong for a refusal, so a refusal is never anything else.
"""

import re
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Outcome, Reason, Refusal
from gateway.core.verdict import Deny, Preflight, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.forwarded import check_peer, client_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpAnswer, HttpRequest

NAME: Final = "nginx"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=True,
    replaces_cookies=True,
    removes_query=True,  # by the map of our snippet, which says so in X-Token-Gateway-Removes
    relays_refusals=False,
    answers_preflight=True,  # by the error page of our snippet
)

CARRIERS: Final = frozenset(
    {b"x-original-url", b"x-original-method", b"x-real-ip", b"x-token-gateway-removes"}
)

STATUSES: Final = {**answers.STATUSES, Outcome.MALFORMED: 403}
PREFLIGHT: Final = (b"x-token-gateway-preflight", b"204")
"""Tells our snippet's error page that this 403 is the answer to a preflight."""


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    try:
        check_peer(request.peer, policy)
        return _facts(request, policy)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer that nginx understands: 200, 401, 403, or a 5xx that it makes a 500."""
    answer = answers.render(verdict, STATUSES)
    if isinstance(verdict, Preflight):
        return HttpAnswer(status=403, headers=(*answer.headers, PREFLIGHT))
    return answer


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, at the URL it is pinned to."""
    carriers = (
        (b"x-original-method", client.method.encode()),
        (b"x-original-url", f"{client.scheme}://{client.authority}{client.target}".encode()),
        (b"x-real-ip", client.address.encode()),
    )
    return HttpRequest(method=b"GET", target=url.encode(), headers=carriers + client.headers, peer=peer)


# --- private ---

_URL: Final = re.compile(rb"(https?)://([^/?#]*)(/.*)", re.DOTALL)


def _facts(request: HttpRequest, policy: Policy) -> RequestFacts:
    carriers = take_carriers(request.headers, CARRIERS, policy.credentials)
    url, method = carriers.get(b"x-original-url"), carriers.get(b"x-original-method")
    if url is None or method is None:
        missing = "x-original-url" if url is None else "x-original-method"
        raise Refusal(Reason.CARRIER_MISSING, missing)
    match = _URL.fullmatch(url)
    if match is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-original-url")
    scheme, authority, target = match.groups()
    check_method_parameter(target)
    return RequestFacts(
        dialect=NAME,
        policy=policy.id,
        peer=request.peer,
        client_address=client_address(carriers.get(b"x-real-ip", b"0.0.0.0")),
        method=check_method(method),
        scheme=scheme.decode("ascii"),
        host=parse_host(authority),
        target=target,
        headers=request.headers,
        upgrade=upgrade_of(request.headers),
        # ingress-nginx cannot remove a query parameter; our snippet for nginx does, and says so.
        can_remove_query=carriers.get(b"x-token-gateway-removes") == b"query",
        can_remove_cookie=CAPABILITIES.replaces_cookies,
    )
