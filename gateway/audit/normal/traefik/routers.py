"""Which routers does Traefik have, wherever they were written?

https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/router/
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.classes import LEGACY_CLASS
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, number, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.normal.traefik.chain import Reference
from gateway.audit.normal.traefik.dynamic import CRD, FILE, GROUPS
from gateway.audit.normal.traefik.files import File, files
from gateway.audit.normal.traefik.ingress import ingress_routers
from gateway.audit.normal.traefik.origin import of_object
from gateway.audit.normal.traefik.router import Protocol, Router, priority_of
from gateway.audit.normal.traefik.spelled import entries, get, is_on, word, words
from gateway.config.tree import Node


def routers(estate: Estate) -> tuple[Router, ...]:
    """Give every router that was given."""
    return estate.once(_routers)


# --- private ---

_KINDS: Final = {
    "IngressRoute": Protocol.HTTP,
    "IngressRouteTCP": Protocol.TCP,
    "IngressRouteUDP": Protocol.UDP,
}
MAX_LAYERS: Final = 3
MAX_PARENTS: Final = 16
"""Of one layer: each multiplies the routers of the next."""


def _routers(estate: Estate) -> tuple[Router, ...]:
    return (
        *(one for kind in _KINDS for route in estate.of(kind) for one in _of_object(estate, route)),
        *ingress_routers(estate),
        *(one for file in files(estate) for protocol in Protocol for one in _of_file(file, protocol)),
    )


def _of_object(estate: Estate, route: Object, below: tuple[Object, ...] = ()) -> Iterator[Router]:
    if route.group not in GROUPS:
        return
    own = tuple(_own_rules(route))
    parents = _parents(estate, route, (*below, route))
    if not parents:
        yield from own
        return
    for one in own:
        for parent in parents:
            rule = f"({parent.rule}) && ({one.rule})"
            yield Router(
                origin=one.origin,
                place=one.place,
                name=one.name,
                rule=rule,
                priority=one.priority,
                entry_points=parent.entry_points,
                middlewares=(*parent.middlewares, *one.middlewares),
                services=one.services,
                provider=CRD,
                namespace=one.namespace,
                class_name=one.class_name,
                tls=parent.tls,
                tls_options=parent.tls_options,
            )


def _parents(estate: Estate, route: Object, below: tuple[Object, ...]) -> tuple[Router, ...]:
    """The routers of which it is a second layer (`spec.parentRefs`, Traefik 3.6)."""
    found: list[Router] = []
    for one in items(route.node, "spec", "parentRefs"):
        namespace = text(one, "namespace") or route.namespace
        parent = estate.get(route.kind, namespace, text(one, "name") or "")
        if parent is not None and parent not in below and len(below) <= MAX_LAYERS:
            found += _of_object(estate, parent, below)
    return tuple(found[:MAX_PARENTS])


def _own_rules(route: Object) -> Iterator[Router]:
    origin = of_object(route)
    tls = at(route.node, "spec", "tls")
    options = at(tls, "options")
    for one in items(route.node, "spec", "routes"):
        rule = text(one, "match") or ""
        if not rule and route.kind != "IngressRouteUDP":  # Traefik leaves it out
            continue
        yield Router(
            origin=origin,
            place=origin.place(at(one, "match") or one),
            name=f"{route.namespace}/{route.name}",
            protocol=_KINDS[route.kind],
            rule=rule,
            priority=priority_of(number(one, "priority"), rule),
            entry_points=texts(route.node, "spec", "entryPoints"),
            middlewares=(*_references(route, one), *_of_the_service(route, one)),
            services=items(one, "services"),
            provider=CRD,
            namespace=route.namespace,
            class_name=text(route.node, "spec", "ingressClassName") or route.annotation(LEGACY_CLASS) or "",
            tls=tls,
            tls_options=_named_options(route, options),
            is_passed_through=flag(tls, "passthrough") is True,
        )


def _references(route: Object, rule: Node) -> Iterator[Reference]:
    for one in items(rule, "middlewares"):
        namespace = text(one, "namespace") or route.namespace
        yield Reference(text(one, "name") or "", CRD, namespace, route.place(at(one, "name") or one))


def _of_the_service(route: Object, rule: Node) -> Iterator[Reference]:
    """Those of its service; of several each has its own, and none is for all requests."""
    services = items(rule, "services")
    if len(services) == 1:
        yield from _references(route, services[0])


def _named_options(route: Object, options: Node | None) -> tuple[str, str] | None:
    name = text(options, "name")
    return (text(options, "namespace") or route.namespace, name) if name else None


def _of_file(file: File, protocol: Protocol) -> Iterator[Router]:
    for name, node in entries(file.root, protocol.value, "routers"):
        origin = file.origin("router", name, node)
        rule = word(node, "rule") or ""
        if not rule and protocol is not Protocol.UDP:
            continue
        tls = get(node, "tls")
        options = word(tls, "options")
        service = get(node, "service")
        yield Router(
            origin=origin,
            place=origin.place(get(node, "rule") or node),
            name=name,
            protocol=protocol,
            rule=rule,
            priority=priority_of(_whole(word(node, "priority")), rule),
            entry_points=words(node, "entryPoints"),
            middlewares=tuple(_named_in_file(file, name, node)),
            services=(service,) if service is not None else (),
            provider=FILE,
            namespace="",
            tls=tls if tls is None or word(tls) != "false" else None,
            tls_options=("", options) if options else None,
            is_passed_through=is_on(tls, "passthrough"),
        )


def _named_in_file(file: File, router: str, node: Node) -> Iterator[Reference]:
    origin = file.origin("router", router, node)
    for one in items(get(node, "middlewares")):
        yield Reference(text(one) or "", FILE, "", origin.place(one))


def _whole(written: str | None) -> int | None:
    try:
        return int(written) if written and len(written) < 20 else None
    except ValueError:
        return None
