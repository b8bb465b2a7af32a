"""Who may call these pods over the network?

NetworkPolicies alone: what a service mesh allows is told elsewhere, and counts as not told here.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import Labels, Selector, Workload, label_selector
from gateway.config.tree import Node

Ports = frozenset[str]
"""One port by all its names: numbers and words. Empty where it is not known."""


class NetworkPolicies:
    """Those that say who comes in, found by the pods that they choose."""

    def __init__(self, estate: Estate) -> None:
        self._estate: Final = estate
        self._by_label: Final[dict[tuple[str, str, str], list[tuple[Selector, Object]]]] = {}
        self._others: Final[dict[str, list[tuple[Selector, Object]]]] = {}
        self._wide: Final[set[int]] = set()
        for policy in estate.of("NetworkPolicy", "networking.k8s.io"):
            types = texts(policy.node, "spec", "policyTypes")
            if not types or "Ingress" in types:
                self._add(policy)

    def choosing(self, namespace: str, labels: Labels) -> tuple[Object, ...]:
        """Give those that choose a pod with these labels."""
        candidates = [*self._others.get(namespace, ())]
        for pair in labels.items():
            candidates += self._by_label.get((namespace, *pair), ())
        return tuple(policy for selector, policy in candidates if selector.chooses(labels))

    def is_wide(self, policy: Object) -> bool:
        """Whether it admits everybody to some port."""
        return id(policy) in self._wide

    @property
    def others_may_be(self) -> bool:
        """Whether there are policies of a kind that is not read here."""
        kinds = {"CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "AuthorizationPolicy"}
        kinds |= {"GlobalNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"}
        calico = ("projectcalico.org", "crd.projectcalico.org")
        return any(self._estate.of(kind) for kind in kinds) or any(
            self._estate.of("NetworkPolicy", group) for group in calico
        )

    # --- private ---

    def _add(self, policy: Object) -> None:
        if any(_is_everybody(rule) for rule in items(policy.node, "spec", "ingress")):
            self._wide.add(id(policy))
        selector = label_selector(at(policy.node, "spec", "podSelector"))
        first = next(iter(selector.labels.items()), None)
        if first is None:
            self._others.setdefault(policy.namespace, []).append((selector, policy))
        else:
            self._by_label.setdefault((policy.namespace, *first), []).append((selector, policy))


def admits_everybody(policy: Object, ports: Ports) -> Node | None:
    """Give the rule by which the whole cluster, or the whole world, may call one of these ports."""
    for rule in items(policy.node, "spec", "ingress"):
        if _is_of(rule, ports) and _is_everybody(rule):
            return rule
    return None


def ports_behind(service: Object, port: str, workloads: tuple[Workload, ...]) -> Ports:
    """Give the pods' port behind a port of a Service, by its number and its names."""
    given = port_of(service, port)
    target = text(given, "targetPort") or text(given, "port")
    if target is None:
        return frozenset()
    named = {
        (text(one, "name") or "", text(one, "containerPort") or "") for one in _container_ports(workloads)
    }
    same = {word for pair in named if target in pair for word in pair if word}
    return frozenset({target} | same)


def port_of(service: Object, port: str) -> Node | None:
    """Give the port of a Service that has this number or name; the only one where none is named."""
    given = items(service.node, "spec", "ports")
    if not port:
        return given[0] if len(given) == 1 else None
    return next((one for one in given if port in {text(one, "port"), text(one, "name")}), None)


# --- private ---


def _container_ports(workloads: tuple[Workload, ...]) -> Iterator[Node]:
    for workload in workloads:
        for container in items(workload.pod, "containers"):
            yield from items(container, "ports")


def _is_of(rule: Node, ports: Ports) -> bool:
    named = items(rule, "ports")
    if not named or not ports:
        return True
    return any(text(one, "port") is None or _within(one, ports) for one in named)


def _within(named: Node, ports: Ports) -> bool:
    first, last = text(named, "port") or "", text(named, "endPort")
    if last is None or not first.isdigit() or not last.isdigit():
        return first in ports
    return any(int(first) <= int(port) <= int(last) for port in ports if port.isdigit())


def _is_everybody(rule: Node) -> bool:
    peers = items(rule, "from")
    return not peers or any(_is_anybody(one) for one in peers)


def _is_anybody(peer: Node) -> bool:
    if text(peer, "ipBlock", "cidr") in {"0.0.0.0/0", "::/0"}:
        return True
    namespaces, pods = at(peer, "namespaceSelector"), at(peer, "podSelector")
    if namespaces is None or not _is_empty(namespaces):
        return False
    return pods is None or _is_empty(pods)


def _is_empty(selector: Node) -> bool:
    return not any(True for _ in members(selector))
