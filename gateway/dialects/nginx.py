"""How does NGINX ask, and what does it understand?

`auth_request`, and ingress-nginx's `auth-url`, which renders it. The sub-request is always a GET without
body; the request that is judged stands in X-Original-Method and X-Original-URL, both set by the proxy.
Every other header is the client's: its X-Forwarded-Uri, X-Original-URI and so on arrive untouched and
are not looked at. The answer is 2xx, 401 or 403; nginx turns everything else into a 500, which is right
for an outage and wrong for a refusal, so a refusal is never anything else.
"""

import re
from functools import lru_cache
from typing import Final

from gateway.core.facts import Host, RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Outcome, Reason, Refusal
from gateway.core.verdict import Deny, Verdict
from gateway.dialects import answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.client_certificate import certificate_of
from gateway.dialects.forwarded import check_caller, client_address
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

CARRIERS: Final = (b"x-original-url", b"x-original-method", b"x-real-ip", b"x-token-gateway-removes")

STATUSES: Final = {**answers.STATUSES, Outcome.MALFORMED: 403}


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    try:
        check_caller(request, policy)
        return _facts(request, policy)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def render(verdict: Verdict) -> HttpAnswer:
    """Give the answer that nginx understands: 200, 401, 403, or a 5xx that it makes a 500."""
    return answers.marking_preflights(verdict, STATUSES)


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, at the URL it is pinned to."""
    carriers = (
        (b"x-original-method", client.method.encode()),
        (b"x-original-url", f"{client.scheme}://{client.authority}{client.target}".encode()),
        (b"x-real-ip", client.address.encode()),
    )
    headers = Headers.of(carriers + client.headers)
    return HttpRequest(method=b"GET", target=url.encode(), headers=headers, peer=peer)


# --- private ---

_ORIGIN: Final = re.compile(rb"(https?)://([^/?#]*)", re.DOTALL)
_AFTER_SCHEME: Final = len(b"https://")
"""`http://` is one shorter; an authority is never empty, so no slash of its path can stand before this."""


def _facts(request: HttpRequest, policy: Policy) -> RequestFacts:
    headers = request.headers
    url, method, real_ip, removes = take_carriers(headers, CARRIERS, policy.places.headers)
    if url is None or method is None:
        missing = "x-original-url" if url is None else "x-original-method"
        raise Refusal(Reason.CARRIER_MISSING, missing)
    path_at = url.find(b"/", _AFTER_SCHEME)
    if path_at < 0:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-original-url")
    scheme, host = _origin(url[:path_at])
    target = url[path_at:]
    check_method_parameter(target)
    return RequestFacts(
        NAME,
        policy.id,
        request.peer,
        client_address(real_ip),
        check_method(method),
        scheme,
        host,
        target,
        headers,
        upgrade_of(headers),
        # ingress-nginx cannot remove a query parameter; our snippet for nginx does, and says so.
        removes == b"query",
        CAPABILITIES.replaces_cookies,
        None if policy.certificate_from is None else certificate_of(headers, policy),
    )


@lru_cache(maxsize=1024)
def _origin(text: bytes) -> tuple[str, Host]:
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-original-url")
    return match[1].decode("ascii"), parse_host(match[2])
