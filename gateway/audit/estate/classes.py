"""Which controller serves this Ingress or this Gateway?

The class alone is a name that anybody chooses: its object tells, and where that was not given, the word in
the name, then the annotations.
"""

from collections.abc import Mapping
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object

LEGACY_CLASS: Final = "kubernetes.io/ingress.class"
IS_DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"


def class_of(estate: Estate, ingress: Object) -> str:
    """Give the class that it names, or else the one that is the default; empty where nothing tells."""
    named = text(ingress.node, "spec", "ingressClassName") or ingress.annotation(LEGACY_CLASS)
    if named:
        return named
    return estate.once(_default_class)


def controller_of(estate: Estate, ingress: Object) -> Controller:
    """Give who serves an Ingress."""
    if estate.controller is not None:
        return estate.controller
    class_name = class_of(estate, ingress)
    found = _by_class(estate, class_name)
    if found is None and estate.get("IngressClass", "", class_name) is not None:
        return Controller.UNKNOWN  # somebody else's, who reads none of the annotations
    found = found or _by_annotations(ingress)
    if found is Controller.INGRESS_NGINX and estate.once(traefik_reads_nginx):
        return Controller.TRAEFIK_INGRESS_NGINX
    return _told_apart(estate, ingress, found) or Controller.UNKNOWN


def traefik_reads_nginx(estate: Estate) -> bool:
    """Whether a Traefik was given that reads the annotations of ingress-nginx, and no ingress-nginx."""
    programs = tuple(containers(estate))
    if any("ingress-nginx/controller" in one.image for one in programs):
        return False
    options = (option_of(argument) for one in programs for argument in one.arguments)
    return any(name.startswith(_PROVIDER) and value != "false" for name, value in options) or any(
        at(file.root, "providers", "kubernetesIngressNGINX") is not None for file in estate.files
    )


def gateway_controller_of(estate: Estate, route: Object) -> tuple[Controller, str]:
    """Give who serves a route of the Gateway API, and the class of its Gateway; the first parent tells."""
    if estate.controller is not None:
        return estate.controller, ""
    for parent in items(route.node, "spec", "parentRefs"):
        name = text(parent, "name") or ""
        namespace = text(parent, "namespace") or route.namespace
        gateway = estate.get("Gateway", namespace, name)
        class_name = text(gateway.node, "spec", "gatewayClassName") or "" if gateway else ""
        controller = controller_of_class(estate, class_name)
        if class_name or controller is not Controller.GATEWAY_API:
            return controller, class_name
    return Controller.GATEWAY_API, ""


def controller_of_class(estate: Estate, class_name: str) -> Controller:
    """Give who serves the Gateways of a class: by its object, or else by the words in its name."""
    if estate.controller is not None:
        return estate.controller
    given = estate.get("GatewayClass", "", class_name)
    spoken = text(given.node, "spec", "controllerName") or "" if given else ""
    for word, controller in _GATEWAY_WORDS:
        if word in spoken.lower() or (not spoken and word in class_name.lower()):
            return controller
    return Controller.GATEWAY_API


# --- private ---

_PROVIDER: Final = "providers.kubernetesingressnginx"
_CONTROLLERS: Final[Mapping[str, Controller]] = {
    "k8s.io/ingress-nginx": Controller.INGRESS_NGINX,
    "nginx.org/ingress-controller": Controller.F5_NIC,
    "traefik.io/ingress-controller": Controller.TRAEFIK,
    "haproxy-ingress.github.io/controller": Controller.HAPROXY_INGRESS,
    "haproxy.org/ingress-controller/haproxy": Controller.HAPROXYTECH,
    "projectcontour.io/ingress-controller": Controller.CONTOUR,
    "istio.io/ingress-controller": Controller.ISTIO,
}
_WORDS: Final = (
    ("traefik", Controller.TRAEFIK),
    ("haproxy", Controller.HAPROXY_INGRESS),
    ("contour", Controller.CONTOUR),
    ("istio", Controller.ISTIO),
    ("nginx", Controller.INGRESS_NGINX),
)
_NAMESAKES: Final = frozenset(
    {
        (Controller.HAPROXY_INGRESS, Controller.HAPROXYTECH),
        (Controller.INGRESS_NGINX, Controller.F5_NIC),
    }
)
"""Two controllers whose class has the same name by default: the annotations tell which."""
_GATEWAY_WORDS: Final = (
    ("gateway.envoyproxy.io", Controller.ENVOY_GATEWAY),
    ("istio", Controller.ISTIO),
    ("contour", Controller.CONTOUR),
    ("nginx", Controller.NGINX_GATEWAY_FABRIC),
    ("kgateway", Controller.KGATEWAY),
    ("cilium", Controller.CILIUM),
    ("traefik", Controller.TRAEFIK),
    ("envoy", Controller.ENVOY_GATEWAY),
    ("eg", Controller.ENVOY_GATEWAY),
)
_PREFIXES: Final = (
    ("nginx.ingress.kubernetes.io/", Controller.INGRESS_NGINX),
    ("nginx.org/", Controller.F5_NIC),
    ("nginx.com/", Controller.F5_NIC),
    ("traefik.ingress.kubernetes.io/", Controller.TRAEFIK),
    ("haproxy-ingress.github.io/", Controller.HAPROXY_INGRESS),
    ("haproxy.org/", Controller.HAPROXYTECH),
    ("haproxy.com/", Controller.HAPROXYTECH),
    ("projectcontour.io/", Controller.CONTOUR),
)


def _default_class(estate: Estate) -> str:
    defaults = [one for one in estate.of("IngressClass") if one.annotation(IS_DEFAULT) == "true"]
    return defaults[0].name if len(defaults) == 1 else ""


def _by_class(estate: Estate, class_name: str) -> Controller | None:
    given = estate.get("IngressClass", "", class_name)
    if given is not None:
        spoken = (text(given.node, "spec", "controller") or "").lower()
        known = next((one for name, one in _CONTROLLERS.items() if spoken.startswith(name)), None)
        return known or (Controller.INGRESS_NGINX if "ingress-nginx" in spoken else None)
    return next((one for word, one in _WORDS if word in class_name.lower()), None)


def _by_annotations(ingress: Object) -> Controller | None:
    for prefix, controller in _PREFIXES:
        if any(name.startswith(prefix) for name in ingress.annotations):
            return controller
    return None


def _told_apart(estate: Estate, ingress: Object, found: Controller | None) -> Controller | None:
    """Where the class is but a word, the annotations tell which of two namesakes is meant."""
    if estate.get("IngressClass", "", class_of(estate, ingress)) is not None:
        return found
    annotated = _by_annotations(ingress)
    return annotated if (found, annotated) in _NAMESAKES else found
