"""Which mistakes at the edge are certain, though each value is good by itself?

Nothing is looked up: what a name resolves to, and who stands where, the files do not say.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from gateway.config.compile_upstreams import upstream_by_url
from gateway.config.schema_policies import PolicySection
from gateway.config.spot import Spot
from gateway.config.upstream import EdgeTrust, Upstream, UpstreamServer
from gateway.config.world import Address, Listeners
from gateway.core.policy import Policy
from gateway.tls.names import dns_names
from gateway.tls.server import Certificates


def check_upstream(upstream: Upstream, listeners: Listeners, spot: Spot) -> None:
    """Tell of servers that are the edge itself, or that nobody can vouch for. `spot` names them."""
    edge = listeners.edge
    for server in upstream.servers:
        if edge is not None and _is_itself(server, edge):
            spot.refuse(
                "is the edge itself: a request would come back for ever",
                "write where the backend listens, or give one of the two another port",
            )
        if server.scheme == "https" and upstream.tls.ca is None and _is_private(server.host):
            spot.warn(
                "no public authority vouches for a private address: without tls.ca only one will do that "
                "this system trusts"
            )


def check_at_the_edge(section: PolicySection, policy: Policy, listeners: Listeners, spot: Spot) -> None:
    """Tell of URLs as of upstreams, and of hosts that no certificate is for. `spot` is the policy's."""
    places = {route.id: index for index, route in enumerate(section.routes)}
    for route in policy.routes.routes:
        if route.upstream is not None and "://" in route.upstream:
            here = spot / "routes" / places[route.id] / "upstream"
            check_upstream(upstream_by_url(route.upstream), listeners, here)
    _check_names(policy, listeners, spot / "hosts")


# --- private ---

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def _check_names(policy: Policy, listeners: Listeners, spot: Spot) -> None:
    trust, shown = listeners.edge_trust, listeners.edge_tls
    if shown is None or not policy.at_the_edge or _ends_tls_before_us(trust):
        return
    certified = frozenset(_names(shown))
    for index, pattern in enumerate(policy.hosts):
        if not _is_address(pattern.name) and not _covers(certified, pattern.name):
            (spot / index).warn(
                "no certificate of listeners.edge.tls is for this name: clients will not believe it"
            )


def _is_itself(server: UpstreamServer, edge: Address) -> bool:
    if server.port != edge.port:
        return False
    return server.host == edge.host or (edge.host in _EVERYWHERE and _is_loopback(server.host))


def _is_loopback(host: str) -> bool:
    """`localhost` is nobody else (RFC 6761 section 6.3)."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback or address.is_unspecified


def _is_private(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_private


def _is_address(host: str) -> bool:
    return _address(host) is not None


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _ends_tls_before_us(trust: EdgeTrust | None) -> bool:
    """Then it is a load balancer that has to believe us, and not the clients."""
    return trust is not None and trust.forwarded != "none"


def _names(shown: Certificates) -> Iterator[str]:
    for pair in shown.pairs:
        yield from dns_names(pair.chain)


def _covers(certified: frozenset[str], name: str) -> bool:
    """RFC 9525 section 6.3: a wildcard stands for the first label."""
    return name in certified or f"*.{name.partition('.')[2]}" in certified
