"""Does the controller that serves this Ingress read what was written for it?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import (
    IS_DEFAULT,
    LEGACY_CLASS,
    class_of,
    controller_of,
)
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.fields import at, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node


def _no_class(view: View) -> Iterator[Hit]:
    guarded = {id(one.of) for one in view.exposures if one.auth is not None}
    if view.estate.controller is None:
        for ingress in view.estate.of("Ingress", "networking.k8s.io"):
            if not class_of(view.estate, ingress):
                severity = Severity.MEDIUM if id(ingress) in guarded else Severity.LOW
                yield Hit(
                    ingress.place(at(ingress.node, "spec")),
                    "names no class, and no class is known to be the default",
                    severity,
                )
    defaults = [one for one in view.estate.of("IngressClass") if one.annotation(IS_DEFAULT) == "true"]
    for second in defaults[1:]:
        yield Hit(
            second.place(second.annotations[IS_DEFAULT]), f"is a default as well as {defaults[0].owner}"
        )
    yield from _served_twice(view)


def _foreign_annotations(view: View) -> Iterator[Hit]:
    routed = {id(one.of) for one in view.exposures}
    unguarded = {id(one.of) for one in view.exposures if not one.is_protected}
    for ingress in view.estate.of("Ingress"):
        if id(ingress) in routed and id(ingress) not in unguarded:
            continue
        reader = _reader(view, ingress)
        for name, node in ingress.annotations.items() if reader is not None else ():
            if _asks_for_auth(name, node) and not _is_read(name, reader):
                what = f"{show(name)} is for another controller than {_spoken(view, ingress, reader)}"
                yield Hit(ingress.place(node), what)


NO_CLASS: Final = Rule(
    id="COV-014",
    title="It is not said which controller serves it",
    severity=Severity.MEDIUM,
    why="Any controller may take it, and one that does not know the annotations of another serves it open.",
    fix="write spec.ingressClassName, and run one controller for each class",
    check=_no_class,
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",),
)
FOREIGN_ANNOTATIONS: Final = Rule(
    id="COV-015",
    title="The annotations that protect it are another controller's",
    severity=Severity.CRITICAL,
    why="A controller passes over annotations that it does not know: the door is open, and looks guarded.",
    fix="protect it by what the controller of its class reads, or give it the class that was meant",
    check=_foreign_annotations,
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",),
)


# --- private ---

_NGINX: Final = "nginx.ingress.kubernetes.io/"
_READS: Final[Mapping[Controller | None, tuple[str, ...]]] = {
    Controller.INGRESS_NGINX: (_NGINX,),
    Controller.TRAEFIK_INGRESS_NGINX: (_NGINX,),
    Controller.TRAEFIK: ("traefik.ingress.kubernetes.io/",),
    Controller.HAPROXY_INGRESS: ("haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
    Controller.HAPROXYTECH: ("haproxy.org/", "haproxy.com/"),
    Controller.F5_NIC: ("nginx.org/", "nginx.com/"),
    Controller.CONTOUR: ("projectcontour.io/", "ingress.kubernetes.io/"),
    Controller.ISTIO: (),
    Controller.CILIUM: ("ingress.cilium.io/",),
}
_OWNED: Final = (
    *sorted({prefix for these in _READS.values() for prefix in these}),
    *("alb.ingress.kubernetes.io/", "konghq.com/", "appgw.ingress.kubernetes.io/"),
)
_ELSEWHERE: Final = (
    "alb",
    "gce",
    "kong",
    "azure-application-gateway",
    "cilium",
    "openshift-default",
    "tailscale",
)
"""Names that classes have where a controller serves them that reads none of these."""
_FOR_AUTH: Final = frozenset(
    {
        *("auth-url", "auth-type", "auth-secret", "auth-tls-secret", "auth-signin", "auth-realm", "oauth"),
        *("basic-auth-secret", "jwt-key", "jwt-realm", "auth-idp-oidc", "auth-response-headers", "plugins"),
    }
)


def _reader(view: View, ingress: Object) -> Controller | None:
    """Who serves it; None where nothing but the annotations could tell."""
    estate = view.estate
    class_name = class_of(estate, ingress)
    is_given = estate.get("IngressClass", "", class_name) is not None
    if estate.controller is not None or controller_of(estate, _bare(ingress)) is not Controller.UNKNOWN:
        is_told = is_given or estate.controller is not None or not _may_be_f5(class_name, ingress)
        return controller_of(estate, ingress) if is_told else None
    return Controller.UNKNOWN if is_given or class_name.lower() in _ELSEWHERE else None


def _bare(ingress: Object) -> Object:
    """The same without annotations, but for one that names the class."""
    kept = {name: node for name, node in ingress.annotations.items() if name == LEGACY_CLASS}
    node = ingress.node
    metadata = replace(node, value={"annotations": replace(node, value=kept)})
    return replace(ingress, node=replace(node, value={**dict(members(node)), "metadata": metadata}))


def _may_be_f5(class_name: str, ingress: Object) -> bool:
    """Two controllers call their class `nginx`, unless its object tells which it is."""
    annotated = any(name.startswith(_READS[Controller.F5_NIC]) for name in ingress.annotations)
    return annotated and "nginx" in class_name.lower()


def _is_read(name: str, reader: Controller | None) -> bool:
    return name.startswith(_READS.get(reader, ()))


def _asks_for_auth(name: str, node: Node) -> bool:
    prefix, _, word = name.rpartition("/")
    if f"{prefix}/" not in _OWNED:
        return False
    if word == "router.middlewares":
        return "auth" in (text(node) or "").lower()
    return word in _FOR_AUTH and (text(node) or "") not in {"", "none"}


def _spoken(view: View, ingress: Object, reader: Controller | None) -> str:
    name = show(class_of(view.estate, ingress) or LEGACY_CLASS)
    return (
        f"that of class {name}" if reader in {None, Controller.UNKNOWN} else f"{reader}, which serves {name}"
    )


def _served_twice(view: View) -> Iterator[Hit]:
    """Two controllers that read the annotations of ingress-nginx: which one answers, chance says."""
    programs = tuple(containers(view.estate))
    first = next((one for one in programs if "ingress-nginx/controller" in one.image), None)
    for one in programs if first is not None else ():
        for argument in one.arguments:
            name, value = option_of(argument)
            if name == "providers.kubernetesingressnginx" and value != "false" and first is not None:
                what = f"serves the classes of ingress-nginx as well as {first.of.owner}"
                yield Hit(one.of.place(argument), what, Severity.LOW)
