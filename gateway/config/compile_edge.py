"""Who comes in at the edge, and under which policies?"""

from collections.abc import Mapping

from gateway.config.host_names import ANYONE, parse_peers
from gateway.config.schema import ListenersSection
from gateway.config.schema_edge import EdgeListener
from gateway.config.schema_policies import PolicySection
from gateway.config.schema_types import octets, seconds
from gateway.config.spot import Spot
from gateway.config.upstream import EdgeSettings, EdgeTrust
from gateway.core.policy import HostPattern, Policy

_DEFAULT_PORTS = {80, 443, None}


def compile_edge_trust(section: EdgeListener | None, spot: Spot) -> EdgeTrust | None:
    """Give whose word is taken; `spot` is `listeners.edge`. What is wrong goes to the spot."""
    if section is None:
        return None
    listed, told = section.trusted_proxies or (), section.forwarded != "none" or section.proxy_protocol
    networks = [
        network for found in (spot / "trusted_proxies").read_each(parse_peers, listed) for network in found
    ]
    if told and not listed:
        key = "forwarded" if section.forwarded != "none" else "proxy_protocol"
        (spot / key).refuse(
            "trusted_proxies is missing: nobody's word is taken", "add trusted_proxies: [10.0.0.0/16]"
        )
    if listed and not told:
        (spot / "trusted_proxies").refuse(
            "does nothing: nothing that they say is read", "add forwarded: x-forwarded, or remove it"
        )
    if ANYONE in listed:
        (spot / "trusted_proxies").warn("every client may say which address it has, and that it came by TLS")
    if section.tls is None and not listed:
        spot.warn("clients' tokens arrive in plain HTTP, and no proxy is listed that would end TLS")
    return EdgeTrust(
        trusted_proxies=frozenset(networks),
        forwarded=section.forwarded,
        proxy_protocol=section.proxy_protocol,
    )


def compile_edge_settings(section: EdgeListener | None, spot: Spot) -> EdgeSettings | None:
    """Give how much may be asked of the edge; `spot` is `listeners.edge`."""
    if section is None:
        return None
    secured = section.tls is not None or section.forwarded != "none"
    if section.hsts is not None and not secured and not (spot / "forwarded").in_doubt:
        (spot / "hsts").refuse(
            "does nothing without tls or forwarded: over plain HTTP it is ignored (RFC 6797 section 8.1)",
            "add one of them, or remove it",
        )
    return EdgeSettings(
        max_body=octets(section.max_body),
        max_connections=section.max_connections,
        requests_per_client=section.requests_per_client,
        hsts_s=None if section.hsts is None else seconds(section.hsts),
    )


def is_served_at_the_edge(section: PolicySection) -> bool:
    """Whether the policy opts in: a route names where its requests go."""
    return any(route.upstream is not None for route in section.routes)


def check_upstreams(section: PolicySection, spot: Spot, *, edge: bool) -> None:
    """Either all routes of a policy go somewhere, or none does. `spot` is the policy's."""
    if not is_served_at_the_edge(section):
        for index, route in enumerate(section.routes):
            for name in {"timeout", "max_body"} & route.model_fields_set:
                (spot / "routes" / index / name).refuse("does nothing without upstream", "remove it")
        return
    for index, route in enumerate(section.routes):
        here = spot / "routes" / index / "upstream"
        if route.upstream is None:
            here.refuse(
                f"is missing on {route.id}, and other routes of this policy have one",
                "add upstream: http://HOST:PORT, or move the route to a policy of its own",
            )
        elif not edge:
            here.refuse("does nothing without listeners.edge", "add listeners: {edge: {port: 8080}}")


def check_hosts(policies: Mapping[str, Policy], others: Mapping[str, Policy], spot: Spot) -> None:
    """Refuse a host that two policies of the edge have: it says which one is meant. `spot` is `policies`."""
    taken = [(pattern, one) for one in others.values() if one.at_the_edge for pattern in one.hosts]
    for policy in policies.values():
        if not policy.at_the_edge:
            continue
        for index, pattern in enumerate(policy.hosts):
            for other, there in taken:
                if _overlap(pattern, other):
                    (spot / policy.id / "hosts" / index).refuse(
                        f"is also a host of policy {there.id}, and the edge finds a policy by its host",
                        "keep it in one of the two, or put their routes into one policy",
                    )
        taken += [(pattern, policy) for pattern in policy.hosts]


def check_certificates(section: PolicySection, spot: Spot, listeners: ListenersSection) -> None:
    """Refuse a form in which nobody could tell of certificates. `spot` is the policy's."""
    edge = listeners.edge if is_served_at_the_edge(section) else None
    if section.client_certificate == "tls" and (edge is None or edge.tls is None or not edge.tls.client_ca):
        (spot / "client_certificate").refuse(
            "no client is asked for a certificate where this policy is served",
            "add listeners.edge.tls.client_ca and an upstream to each route, or name the form of your proxy",
        )
    told = section.client_certificate not in {None, "tls"}
    if told and edge is not None and edge.forwarded == "none" and section.peers is None:
        (spot / "client_certificate").refuse(
            "nobody may say it: no proxy may ask about this policy, and none is listed before the edge",
            "write tls; or add listeners.edge.trusted_proxies and forwarded",
        )


# --- private ---


def _overlap(first: HostPattern, second: HostPattern) -> bool:
    """Whether some request's host is both: without a port, the scheme's default is meant."""
    ports = {first.port, second.port}
    if len(ports) > 1 and not (None in ports and ports <= _DEFAULT_PORTS):
        return False
    if first.wildcard is second.wildcard:
        return first.name == second.name
    wild, plain = (first, second) if first.wildcard else (second, first)
    return plain.name.partition(".")[2] == wild.name.removeprefix("*.")
