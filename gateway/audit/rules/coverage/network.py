"""Who may call the pods, past every door?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import Routed, named, protected_ones, workloads_behind
from gateway.audit.estate.fields import at, flag, items, number, text
from gateway.audit.estate.network import NetworkPolicies, Ports, admits_everybody, port_of, ports_behind
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import Workload, Workloads
from gateway.audit.own import DECISIONS, own_services, stated_policies
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.coverage.services import doors_of
from gateway.config.tree import Node


def _backends(view: View) -> Iterator[Hit]:
    workloads, policies = view.estate.once(Workloads), view.estate.once(NetworkPolicies)
    ours = own_services(view)
    for one in workloads_behind(view, protected_ones(view), workloads):
        if id(one.by.service) not in ours:
            ports = ports_behind(one.by.service, one.by.backend.port, (one.workload,))
            said = f"the pods behind {named(one.by.exposure)}"
            yield from _unguarded(view, policies, one.workload, ports, said)


def _our_port(view: View) -> Iterator[Hit]:
    ours = own_services(view)
    yield from _published(view, ours)
    if _all_prove_themselves(view):
        return
    workloads, policies = view.estate.once(Workloads), view.estate.once(NetworkPolicies)
    for service, asked in ours.values():
        for one in workloads.behind(service):
            ports = _asked_ports(service, asked)
            if ports:
                yield from _unguarded(
                    view, policies, one, _of_pods(service, ports, one), "the port where proxies ask"
                )


def _on_the_node(view: View) -> Iterator[Hit]:
    for one in workloads_behind(view, protected_ones(view), view.estate.once(Workloads)):
        yield from _shared_with_node(one)


BACKENDS: Final = Rule(
    id="COV-006",
    title="Any pod may call a protected backend",
    severity=Severity.MEDIUM,
    why="A request that comes past the controller is asked nothing: one taken pod is enough to call these.",
    fix="write a NetworkPolicy that admits the controller's namespace to these pods alone",
    check=_backends,
    references=("https://kubernetes.io/docs/concepts/services-networking/network-policies/",),
)
OUR_PORT: Final = Rule(
    id="COV-007",
    title="Anybody may ask the gateway in a proxy's name",
    severity=Severity.HIGH,
    why="The gateway believes what a proxy says of a request. Who can ask it himself says what he likes, and "
    "gets tokens that were made for backends.",
    fix="admit the controller alone by a NetworkPolicy, and let it prove itself: policies.*.callers",
    check=_our_port,
    references=(
        "CVE-2026-40575",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
)
ON_THE_NODE: Final = Rule(
    id="COV-008",
    title="A protected backend is on the node's network",
    severity=Severity.MEDIUM,
    why="Such a pod is reached at the node's address, where no NetworkPolicy holds.",
    fix="remove hostNetwork and hostPort",
    check=_on_the_node,
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/",),
)


# --- private ---


def _unguarded(
    view: View, policies: NetworkPolicies, workload: Workload, ports: Ports, said: str
) -> Iterator[Hit]:
    namespace = workload.of.namespace
    choosing = policies.choosing(namespace, workload.labels)
    for policy in choosing:
        rule = admits_everybody(policy, ports) if policies.is_wide(policy) else None
        if rule is not None:
            yield Hit(policy.place(rule), f"admits everybody to {said}", about=workload.of.owner)
    if not choosing and not policies.others_may_be and not flag(workload.pod, "hostNetwork"):
        severity = None if view.estate.shows("NetworkPolicy", namespace) else Severity.INFO
        yield Hit(workload.of.place(), f"no NetworkPolicy chooses {said}", severity)


def _published(view: View, ours: dict[int, tuple[Object, frozenset[str]]]) -> Iterator[Hit]:
    for ours_one, asked in ours.values():
        if _asked_ports(ours_one, asked):
            yield from doors_of(ours_one, "where proxies ask the gateway")
    for one in view.exposures:
        for backend in one.backends:
            service = view.estate.get("Service", backend.namespace, backend.name)
            if service is None or id(service) not in ours:
                continue
            port = port_of(service, backend.port)
            if _names(port) & _asked_ports(service, ours[id(service)][1]):
                what = f"{named(one)} leads to the port where proxies ask the gateway"
                yield Hit(one.source, what, about=f"{one.host} {one.path}")


def _asked_ports(service: Object, asked: frozenset[str]) -> frozenset[str]:
    """Those of its ports at which proxies ask: what auth URLs name, or else by the chart's names."""
    given = [_names(one) for one in items(service.node, "spec", "ports")]
    wanted = asked or DECISIONS
    return frozenset().union(*(names for names in given if names & wanted))


def _of_pods(service: Object, ports: Ports, workload: Workload) -> Ports:
    return frozenset().union(*(ports_behind(service, port, (workload,)) for port in ports))


def _names(port: Node | None) -> frozenset[str]:
    return frozenset(name for key in ("port", "name", "targetPort") if (name := text(port, key)) is not None)


def _all_prove_themselves(view: View) -> bool:
    stated = stated_policies(view)
    return stated is not None and all(one.proves_callers or one.is_edge for one in stated.values())


def _shared_with_node(one: Routed) -> Iterator[Hit]:
    pod, owner = one.workload.pod, one.workload.of
    said = f"behind {named(one.by.exposure)}"
    if flag(pod, "hostNetwork"):
        yield Hit(owner.place(at(pod, "hostNetwork")), f"a pod on the node's network is {said}")
    for container in items(pod, "containers"):
        for port in items(container, "ports"):
            if number(port, "hostPort"):
                yield Hit(owner.place(at(port, "hostPort")), f"a port of the node leads to the pod {said}")
