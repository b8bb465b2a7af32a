"""How does Envoy ask over HTTP, and what does it understand?

The `ext_authz` filter with an `http_service`. It asks with the request itself: its method, its Host, and
its target behind the `path_prefix` that the operator pins it to, so that nothing of it stands in a header
but the scheme. Only 200 is a permit. A header that our answer leaves out stays the client's: so what must
go is named in X-Envoy-Auth-Headers-To-Remove, and never set as well, for Envoy removes last. (Our snippet
does not rely on it: there nothing but our answer puts these headers into the request.) Any other status
below 500 reaches the client as we gave it, with headers and body; of an outage it gets an empty 503.
"""

from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny
from gateway.dialects import envoy_answers
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.client_certificate import certificate_of
from gateway.dialects.forwarded import check_caller, nearest_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpRequest

NAME: Final = "envoy"

CAPABILITIES: Final = Capabilities(
    removes_header_by_omission=False,
    replaces_cookies=True,
    removes_query=True,  # by the Lua filter of our snippet, which says so in X-Token-Gateway-Removes
    relays_refusals=True,
    answers_preflight=False,  # its own CORS filter answers before it asks
)

CARRIERS: Final = (b"host", b"x-forwarded-proto", b"x-forwarded-for", b"x-token-gateway-removes")
_SCHEMES: Final = {b"http": "http", b"https": "https"}

render = envoy_answers.render


def read(request: HttpRequest, policy: Policy) -> RequestFacts | Deny:
    """Read the facts from the request that Envoy asks with. Never raises."""
    try:
        check_caller(request, policy)
        return _facts(request, policy)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def imitate(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as this proxy would ask for a client's request, behind the URL it is pinned to."""
    carriers = (
        (b"host", client.authority.encode()),
        (b"x-forwarded-proto", client.scheme.encode()),
        (b"x-forwarded-for", client.address.encode()),
    )
    headers = Headers.of(carriers + client.headers)
    return HttpRequest(
        method=client.method.encode(), target=(url + client.target).encode(), headers=headers, peer=peer
    )


# --- private ---


def _facts(request: HttpRequest, policy: Policy) -> RequestFacts:
    headers = request.headers
    host, proto, forwarded_for, removes = take_carriers(headers, CARRIERS, policy.places.headers)
    if host is None or proto is None:
        raise Refusal(Reason.CARRIER_MISSING, "host" if host is None else "x-forwarded-proto")
    scheme = _SCHEMES.get(proto)
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-forwarded-proto")
    target = request.target.removeprefix(b"/auth/envoy/%b" % policy.id.encode())
    check_method_parameter(target)
    return RequestFacts(
        NAME,
        policy.id,
        request.peer,
        nearest_address(forwarded_for),
        check_method(request.method),
        scheme,
        parse_host(host),
        target,
        headers,
        upgrade_of(headers),
        removes == b"query",
        CAPABILITIES.replaces_cookies,
        None if policy.certificate_from is None else certificate_of(headers, policy),
    )
