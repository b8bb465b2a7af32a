"""How is a request read of which the proxy tells in X-Forwarded headers?

Traefik, Caddy and our script for HAProxy ask with a GET that has the client's headers and four of the
proxy's own: X-Forwarded-Method, -Proto, -Host and -Uri, the last one path and query as the backend will get
them. They differ in what else they say and can do, which each says in its own module.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.facts import RequestFacts
from gateway.core.headers import Headers
from gateway.core.host import parse_host
from gateway.core.policy import Policy
from gateway.core.reason import Reason, Refusal
from gateway.core.verdict import Deny
from gateway.dialects.capabilities import Capabilities
from gateway.dialects.client_certificate import certificate_of
from gateway.dialects.forwarded import check_caller, nearest_address
from gateway.dialects.hygiene import check_method, check_method_parameter, take_carriers, upgrade_of
from gateway.dialects.wire import ClientRequest, HttpRequest

_REQUIRED: Final = (b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri")
CARRIERS: Final = (*_REQUIRED, b"x-forwarded-for", b"x-token-gateway-upgrade", b"x-token-gateway-removes")
"""The last two are what our snippets add, where the proxy hides an Upgrade or can clean the query."""

SCHEMES: Final[Mapping[bytes, str]] = {b"http": "http", b"https": "https"}


def read_forwarded(
    request: HttpRequest,
    policy: Policy,
    dialect: str,
    capabilities: Capabilities,
    schemes: Mapping[bytes, str] = SCHEMES,
) -> RequestFacts | Deny:
    """Read the facts from the sub-request. Never raises."""
    try:
        check_caller(request, policy)
        return _facts(request, policy, dialect, capabilities, schemes)
    except Refusal as refusal:
        return Deny(reason=refusal.reason, detail=refusal.detail)


def imitate_forwarded(client: ClientRequest, url: str, peer: str) -> HttpRequest:
    """Ask as such a proxy would ask for a client's request, at the URL it is pinned to."""
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


def _facts(
    request: HttpRequest,
    policy: Policy,
    dialect: str,
    capabilities: Capabilities,
    schemes: Mapping[bytes, str],
) -> RequestFacts:
    headers = request.headers
    method, proto, host, target, forwarded_for, upgrade, removes = take_carriers(
        headers, CARRIERS, policy.places.headers
    )
    if method is None or proto is None or host is None or target is None:
        missing = (method, proto, host, target).index(None)
        raise Refusal(Reason.CARRIER_MISSING, _REQUIRED[missing].decode())
    scheme = schemes.get(proto)
    if scheme is None:
        raise Refusal(Reason.CARRIER_MALFORMED, "x-forwarded-proto")
    check_method_parameter(target)
    return RequestFacts(
        dialect,
        policy.id,
        request.peer,
        nearest_address(forwarded_for),
        check_method(method),
        scheme,
        parse_host(host),
        target,
        headers,
        # Where the proxy takes Upgrade away before it asks, our snippet says that there was one. A client
        # that says so itself asks for an upgrade that it will not get.
        upgrade.decode("ascii", "replace").lower() if upgrade else upgrade_of(headers),
        # What a proxy cannot do, no header makes it do: a client may have sent it.
        capabilities.removes_query and removes == b"query",
        capabilities.replaces_cookies,
        None if policy.certificate_from is None else certificate_of(headers, policy),
    )
