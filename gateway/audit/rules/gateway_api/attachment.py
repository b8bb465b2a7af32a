"""Is what should protect attached to something that is there?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import label_selector
from gateway.audit.normal.attached import references
from gateway.audit.normal.gateway_listeners import GROUP, Gateways
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node

_KINDS: Final = frozenset({"Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"})
_OTHERS: Final = frozenset({"XListenerSet", "ListenerSet", "Service", "Backend", "ServiceEntry"})


def _attached_to_nothing(view: View) -> Iterator[Hit]:
    gateways = Gateways(view.estate)
    for kind in ("SecurityPolicy", "TrafficPolicy"):
        for policy in view.estate.of(kind):
            yield from _of_policy(view.estate, gateways, policy)
    for kind in ("HTTPRoute", "GRPCRoute"):
        for route in view.estate.of(kind, GROUP):
            yield from _of_route(gateways, route)
            yield from _of_filters(view.estate, route)


def _of_policy(estate: Estate, gateways: Gateways, policy: Object) -> Iterator[Hit]:
    named, selectors = references(policy), items(policy.node, "spec", "targetSelectors")
    if not named and not selectors and not _is_referred_to(estate, policy):
        yield Hit(policy.place(at(policy.node, "spec")), "it names nothing that it is for")
    for one in named:
        wrong = _wrong_target(estate, gateways, policy, one)
        if wrong is not None:
            yield Hit(policy.place(one), wrong)
    for one in selectors:
        kind = text(one, "kind") or ""
        wanted = label_selector(one)
        chosen = any(
            found.namespace == policy.namespace and wanted.chooses(found.labels) for found in estate.of(kind)
        )
        if not chosen and (kind not in _KINDS or estate.shows(kind, policy.namespace)):
            yield Hit(policy.place(one), "its labels select nothing that is there")


def _wrong_target(estate: Estate, gateways: Gateways, policy: Object, one: Node) -> str | None:
    kind, name, section = text(one, "kind") or "", text(one, "name") or "", text(one, "sectionName")
    if kind in _OTHERS:
        return None
    if kind not in _KINDS or text(one, "group") != GROUP:
        return "a target is a kind of the group gateway.networking.k8s.io, such as HTTPRoute"
    found = gateways.get(policy.namespace, name) if kind == "Gateway" else None
    found = found or (estate.get(kind, policy.namespace, name) if kind != "Gateway" else None)
    if found is None:
        shown = any(o.group == GROUP and o.namespace == policy.namespace for o in estate.of(kind))
        missing = estate.is_whole_of(kind) or shown or not name
        return f"there is no {kind} {show(name)} in {show(policy.namespace)}" if missing else None
    parts = items(found.node, "spec", "listeners" if kind == "Gateway" else "rules")
    if section is not None and section not in {text(part, "name") for part in parts}:
        return f"{kind} {show(name)} has no part {show(section)}"
    return None


def _of_route(gateways: Gateways, route: Object) -> Iterator[Hit]:
    for parent, gateway in gateways.parents(route):
        section = text(parent, "sectionName")
        listeners = items(gateway.node, "spec", "listeners") if gateway else ()
        if gateway and section is not None and section not in {text(one, "name") for one in listeners}:
            what = f"Gateway {show(gateway.name)} has no listener {show(section)}"
            yield Hit(route.place(parent), what, Severity.LOW)


def _of_filters(estate: Estate, route: Object) -> Iterator[Hit]:
    for rule in items(route.node, "spec", "rules"):
        for one in items(rule, "filters"):
            reference = at(one, "extensionRef")
            kind, name = text(reference, "kind") or "", text(reference, "name") or ""
            if text(one, "type") != "ExtensionRef":
                continue
            if reference is None or not kind or not name or not text(reference, "group"):
                yield Hit(route.place(one), "extensionRef names nothing")
                continue
            found = estate.get(kind, route.namespace, name)
            if estate.shows(kind, route.namespace) and found is None:
                yield Hit(route.place(one), f"there is no {show(kind)} {show(name)}")
            if found is not None and found.group != text(reference, "group"):
                yield Hit(route.place(one), f"{show(kind)} {show(name)} is of another group")


def _is_referred_to(estate: Estate, policy: Object) -> bool:
    return any(
        text(one, "extensionRef", "kind") == policy.kind and text(one, "extensionRef", "name") == policy.name
        for route in estate.of("HTTPRoute", GROUP)
        if route.namespace == policy.namespace
        for rule in items(route.node, "spec", "rules")
        for one in items(rule, "filters")
    )


def _unused_grant(view: View) -> Iterator[Hit]:
    shown = {one.namespace for one in view.estate.objects}
    for grant in view.estate.of("ReferenceGrant", GROUP):
        names = [name for one in items(grant.node, "spec", "to") if (name := text(one, "name"))]
        for source in items(grant.node, "spec", "from"):
            kind, namespace = text(source, "kind") or "", text(source, "namespace") or ""
            users = [one for one in view.estate.of(kind, text(source, "group")) if one.namespace == namespace]
            for name in names if namespace in shown else ():
                if not any(_refers(one, grant.namespace, name) for one in users):
                    what = f"no {show(kind)} of {show(namespace)} refers to {show(name)}"
                    yield Hit(grant.place(source), what, about=name)


def _refers(of: Object, namespace: str, name: str) -> bool:
    return any(text(one, "name") == name and text(one, "namespace") == namespace for one in of.node.walk())


ATTACHED_TO_NOTHING: Final = Rule(
    id="GWA-010",
    title="What should protect is attached to nothing",
    severity=Severity.HIGH,
    why="A policy whose target is not there is accepted and does nothing: the route that was meant stays "
    "open.",
    fix="name the group, kind and name of an object in the policy's own namespace",
    check=_attached_to_nothing,
    references=("https://gateway-api.sigs.k8s.io/geps/gep-713/",),
)
UNUSED_GRANT: Final = Rule(
    id="GWA-012",
    title="A ReferenceGrant that nothing uses",
    severity=Severity.LOW,
    why="Either somebody has lost the reference that asked, or a way is left open for whoever writes one "
    "next.",
    fix="remove the grant, or give the route its reference back",
    check=_unused_grant,
    references=("https://gateway-api.sigs.k8s.io/api-types/referencegrant/",),
)
