"""Which way is open? NetworkPolicies of a release, read as what they let through and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from tests.helm.chart import NAMESPACE, Json, Rendered

Labels = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a connection: a pod, or an address that is no pod's."""

    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    address: str = ""


def pod(namespace: str, labels: Labels | None = None) -> End:
    """A pod with these labels."""
    return End(namespace=namespace, labels=tuple((labels or {}).items()))


def may_come_in(release: Rendered, to: Json, port: str, source: End) -> bool:
    """Whether a pod with these labels takes a connection on a port of that name."""
    policies = [one for one in _of(release, to) if "Ingress" in one["spec"]["policyTypes"]]
    rules = [rule for one in policies for rule in one["spec"].get("ingress") or ()]
    return not policies or any(_lets(rule, "from", source) and _on(rule, port) for rule in rules)


def may_go_out(release: Rendered, of: Json, port: int, target: End, protocol: str = "TCP") -> bool:
    """Whether a pod with these labels may connect there."""
    policies = [one for one in _of(release, of) if "Egress" in one["spec"]["policyTypes"]]
    rules = [rule for one in policies for rule in one["spec"].get("egress") or ()]
    return not policies or any(_lets(rule, "to", target) and _on(rule, port, protocol) for rule in rules)


# --- private ---


def _of(release: Rendered, labels: Labels) -> Iterator[Json]:
    """The policies that select a pod of the release."""
    for one in release.of_kind("NetworkPolicy"):
        if _selects(one["spec"]["podSelector"], labels):
            yield one


def _on(rule: Json, port: str | int, protocol: str = "TCP") -> bool:
    ports = rule.get("ports")
    return not ports or any(
        one.get("port", port) == port and one.get("protocol", "TCP") == protocol for one in ports
    )


def _lets(rule: Json, key: str, end: End) -> bool:
    peers = rule.get(key)
    return not peers or any(_is(peer, end) for peer in peers)


def _is(peer: Json, end: End) -> bool:
    if "ipBlock" in peer:
        return bool(end.address) and _within(peer["ipBlock"], end.address)
    if end.address:
        return False
    if "namespaceSelector" in peer:
        there = _selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": end.namespace})
    else:
        there = end.namespace == NAMESPACE
    return there and _selects(peer.get("podSelector", {}), dict(end.labels))


def _within(block: Json, address: str) -> bool:
    at = ip_address(address)
    inside = at in ip_network(block["cidr"])
    return inside and not any(at in ip_network(one) for one in block.get("except", ()))


def _selects(selector: Json, labels: Labels) -> bool:
    for one in selector.get("matchExpressions", ()):
        assert one["operator"] == "Exists"
        if one["key"] not in labels:
            return False
    asked: Labels = selector.get("matchLabels", {})
    return asked.items() <= labels.items()
