"""Which routers does Traefik make of an Ingress?

https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/: `Prefix` is `PathPrefix`,
which is a comparison of characters unless the provider has `strictPrefixMatching`. `spec.tls` names
certificates alone: whether a router speaks TLS, its annotation says, or its entry point.
"""

import json
from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import ANY_HOST
from gateway.audit.normal.ingress_paths import IngressPath, paths_of
from gateway.audit.normal.traefik.chain import Reference
from gateway.audit.normal.traefik.dynamic import KUBERNETES
from gateway.audit.normal.traefik.origin import Origin, of_object
from gateway.audit.normal.traefik.router import Router, priority_of
from gateway.audit.normal.traefik.spelled import words
from gateway.audit.normal.traefik.static import installations
from gateway.config.tree import Node

PREFIX: Final = "traefik.ingress.kubernetes.io/"


def ingress_routers(estate: Estate) -> Iterator[Router]:
    """Give the routers of every Ingress that Traefik serves as its own."""
    strict = any(one.is_on(_STRICT) for one in installations(estate))
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.TRAEFIK:
            yield from _of(estate, ingress, strict=strict)


# --- private ---

_STRICT: Final = "providers.kubernetesingress.strictprefixmatching"
_LAST: Final = -(2**31)


def _of(estate: Estate, ingress: Object, *, strict: bool) -> Iterator[Router]:
    origin, notes = of_object(ingress), ingress.annotations
    given = text(notes.get(f"{PREFIX}router.priority")) or ""
    tls = _tls(ingress)
    options = text(notes.get(f"{PREFIX}router.tls.options"))
    default = at(ingress.node, "spec", "defaultBackend")
    for one in paths_of(ingress):
        rule = _rule(one, text(notes.get(f"{PREFIX}router.pathmatcher")) or "PathPrefix", strict=strict)
        priority = priority_of(int(given) if given.isdecimal() and len(given) < 10 else None, rule)
        yield Router(
            origin=origin,
            place=origin.place(one.node),
            name=f"{ingress.namespace}/{ingress.name}",
            rule=rule,
            priority=_LAST if one.node is default else priority,
            entry_points=words(notes.get(f"{PREFIX}router.entrypoints")),
            middlewares=tuple(_references(origin, notes.get(f"{PREFIX}router.middlewares"))),
            services=(),
            backends=() if one.backend is None else (one.backend,),
            provider=KUBERNETES,
            namespace=ingress.namespace,
            class_name=class_of(estate, ingress),
            tls=tls,
            tls_options=("", options) if options else None,
        )


def _tls(ingress: Object) -> Node | None:
    for name, node in ingress.annotations.items():
        plain = name.lower()
        if plain == f"{PREFIX}router.tls" and text(node) == "true":
            return node
        if plain.startswith(f"{PREFIX}router.tls."):
            return node
    return None


def _references(origin: Origin, node: Node | None) -> Iterator[Reference]:
    for name in words(node):
        yield Reference(name, KUBERNETES, "", origin.place(node))


def _rule(one: IngressPath, matcher: str, *, strict: bool) -> str:
    rules = [] if one.host == ANY_HOST else [f"Host({_quoted(one.host)})"]
    match one.path_type:
        case "Exact":
            matcher = "Path"
        case "Prefix":
            matcher = "PathPrefix"
        case _:
            pass
    path = one.path.removesuffix("/")
    if strict and matcher == "PathPrefix" and path:
        rules.append(f"(Path({_quoted(path)}) || PathPrefix({_quoted(f'{path}/')}))")
    else:
        rules.append(f"{matcher}({_quoted(one.path)})")
    return " && ".join(rules)


def _quoted(value: str) -> str:
    """As Go does: the length of the rule is its priority."""
    return json.dumps(value, ensure_ascii=False)
