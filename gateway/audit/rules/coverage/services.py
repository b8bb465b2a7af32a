"""Is there another way to what stands behind the guarded door?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import asks_nobody, named, protected_ones, services_behind
from gateway.audit.estate.fields import at, items, members, text, texts
from gateway.audit.estate.network import port_of
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import selector_of
from gateway.audit.exposure import Backend, Exposure, Tls
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show


def _side_door(view: View) -> Iterator[Hit]:
    guarded: dict[tuple[str, str], dict[str, Exposure]] = defaultdict(dict)
    for one in view.exposures:
        for backend in one.backends if one.is_protected else ():
            guarded[backend.namespace, backend.name].setdefault(one.host, one)
    for one in view.exposures:
        for backend in one.backends if asks_nobody(one) else ():
            others = guarded.get((backend.namespace, backend.name), {})
            if "$" in backend.name:  # a variable: in each server it is something else
                continue
            if others and (one.tls is Tls.PASSED_THROUGH or one.host not in others):
                beside = next(iter(others.values()))
                if _is_same_port(view, backend, beside):
                    what = f"{named(one)} leads to {show(backend.name)} unasked, {named(beside)} does not"
                    yield Hit(one.source, what, about=f"{one.host} {one.path} {backend.name}")
    yield from _streams(view, guarded)


def _reached_past(view: View) -> Iterator[Hit]:
    for behind in services_behind(view, protected_ones(view)):
        yield from doors_of(behind.service, f"which {named(behind.exposure)} protects")


def _elsewhere(view: View) -> Iterator[Hit]:
    for behind in services_behind(view, view.exposures):
        name = text(behind.service.node, "spec", "externalName")
        if text(behind.service.node, "spec", "type") == "ExternalName" and name is not None:
            place = behind.service.place(at(behind.service.node, "spec", "externalName"))
            yield Hit(
                place, f"{named(behind.exposure)} leads to {show(name)}", _how_far(name, behind.exposure)
            )


def _no_selector(view: View) -> Iterator[Hit]:
    for behind in services_behind(view, protected_ones(view)):
        service = behind.service
        if selector_of(service) is None and text(service.node, "spec", "type") != "ExternalName":
            what = f"{named(behind.exposure)} leads to addresses that others write, not to pods"
            yield Hit(service.place(at(service.node, "spec")), what)


def _missing(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        for backend in one.backends:
            lacking = _lacking(view, backend)
            if lacking is not None:
                yield Hit(
                    one.source,
                    f"{named(one)} leads to {lacking}",
                    about=f"{backend.namespace}/{backend.name}",
                )
        if one.auth is not None and one.auth.service is not None:
            asked = one.auth.service
            lacking = _lacking(view, asked)
            if lacking is not None:
                what = f"{named(one)} is to be asked about at {lacking}"
                yield Hit(one.auth.place, what, Severity.HIGH, f"{asked.namespace}/{asked.name}")


def doors_of(service: Object, said: str) -> Iterator[Hit]:
    """Give the ways to a Service that pass by no controller."""
    spec = at(service.node, "spec")
    match text(spec, "type"):
        case "NodePort":
            yield Hit(service.place(at(spec, "type")), f"every node opens a port to this Service, {said}")
        case "LoadBalancer" if not _is_narrow(service):
            yield Hit(service.place(at(spec, "type")), f"a load balancer opens this Service, {said}")
        case _:
            pass
    if texts(spec, "externalIPs"):
        yield Hit(service.place(at(spec, "externalIPs")), f"external addresses lead to this Service, {said}")


SIDE_DOOR: Final = Rule(
    id="COV-004",
    title="A protected Service is reached by an open route",
    severity=Severity.HIGH,
    why="The backend cannot tell by which door a request came: whoever knows the other one needs no token.",
    fix="protect the other route as well, or remove it",
    check=_side_door,
)
REACHED_PAST: Final = Rule(
    id="COV-005",
    title="A protected Service is reached past the controller",
    severity=Severity.HIGH,
    why="A node's port, a load balancer or an external address leads to the pods without asking anybody.",
    fix="write type: ClusterIP, or at least loadBalancerSourceRanges",
    check=_reached_past,
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    ),
)
ELSEWHERE: Final = Rule(
    id="COV-009",
    title="A route leads to a name outside",
    severity=Severity.HIGH,
    why="Whoever answers for that name in DNS gets the requests, and the tokens made for the backend.",
    fix="use a Service that chooses pods, or a backend with TLS whose name is verified",
    check=_elsewhere,
    references=("https://kubernetes.io/docs/concepts/services-networking/service/#externalname",),
)
NO_SELECTOR: Final = Rule(
    id="COV-012",
    title="A protected Service chooses no pods",
    severity=Severity.MEDIUM,
    why="Whoever may write its EndpointSlices says where requests and tokens go, out of the cluster too.",
    fix="give the Service a selector, or review who may write endpointslices in its namespace",
    check=_no_selector,
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors",
    ),
)
MISSING: Final = Rule(
    id="COV-013",
    title="A Service that is named is not there",
    severity=Severity.LOW,
    why="Requests end in an error; and where it is the one that is asked, some controllers serve the route "
    "open, and whoever makes a Service of that name answers for it.",
    fix="mend the name, the namespace or the port",
    check=_missing,
    references=("CVE-2026-54762",),
)


# --- private ---

_INSIDE: Final = (".svc", ".svc.cluster.local", ".svc.cluster.local.")


def _how_far(name: str, exposure: Exposure) -> Severity:
    if name.lower().endswith(_INSIDE):
        return Severity.LOW
    return Severity.HIGH if exposure.auth is not None else Severity.MEDIUM


def _is_narrow(service: Object) -> bool:
    ranges = texts(service.node, "spec", "loadBalancerSourceRanges")
    return bool(ranges) and not {"0.0.0.0/0", "::/0"} & set(ranges)


def _is_same_port(view: View, backend: Backend, beside: Exposure) -> bool:
    """Whether both lead to one port; where that cannot be told, they do."""
    service = view.estate.get("Service", backend.namespace, backend.name)
    mine = _number(service, backend.port)
    theirs = {
        _number(service, one.port)
        for one in beside.backends
        if (one.namespace, one.name) == (backend.namespace, backend.name)
    }
    return mine is None or None in theirs or mine in theirs


def _number(service: Object | None, port: str) -> str | None:
    if port.isdigit():
        return port
    return text(port_of(service, port), "port") if service is not None else None


def _lacking(view: View, backend: Backend) -> str | None:
    if backend.kind != "Service" or not backend.namespace:
        return None
    service = view.estate.get("Service", backend.namespace, backend.name)
    if service is None:
        is_missing = view.estate.shows("Service", backend.namespace)
        return (
            f"Service/{show(backend.namespace)}/{show(backend.name)}, which is not there"
            if is_missing
            else None
        )
    if (
        not backend.port
        or not items(service.node, "spec", "ports")
        or port_of(service, backend.port) is not None
    ):
        return None
    return f"port {show(backend.port)} of {service.owner}, which is not there"


def _streams(view: View, guarded: dict[tuple[str, str], dict[str, Exposure]]) -> Iterator[Hit]:
    """The ConfigMaps by which ingress-nginx opens bare ports: `"9000": shop/orders:8080`."""
    read = {id(one.of) for one in view.exposures}
    for one in view.estate.of("ConfigMap"):
        if id(one) in read or not one.name.endswith(("tcp-services", "udp-services", "-tcp", "-udp")):
            continue
        for port, node in members(one.node, "data"):
            namespace, _, rest = (text(node) or "").partition("/")
            name = rest.partition(":")[0]
            others = guarded.get((namespace, name), {})
            if others and port.isdigit():
                beside = named(next(iter(others.values())))
                what = f"port {port} leads to {show(name)} unasked, {beside} does not"
                yield Hit(one.place(node), what)
