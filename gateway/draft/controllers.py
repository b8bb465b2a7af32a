"""Which controller serves this Ingress, by the class and the annotations that it has?

Names are those of `gateway snippet`. The class alone is a name that anybody chooses: where two controllers
use one, the annotations tell.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.draft.fields import text
from gateway.draft.manifests import Manifest

TRAEFIK: Final = "traefik-middleware"
"""In Kubernetes. `traefik` is the file of one that runs elsewhere."""
INGRESS_NGINX: Final = frozenset({"ingress-nginx", "ingress-nginx-global"})

ELEMENT_BY_ELEMENT: Final = INGRESS_NGINX | {"haproxy", "haproxy-lua", "contour", "istio"}
"""Those that read Prefix as Kubernetes says. Others may read /a as /ab too: Traefik without
strictPrefixMatching, NGINX's own, and one that is not known.
"""
BEGINS_WITH: Final = INGRESS_NGINX | {"f5-nic", TRAEFIK, "traefik", "haproxy", "contour"}
"""Those that read ImplementationSpecific as: begins with this text."""
EXACT_FIRST: Final = ELEMENT_BY_ELEMENT | {"f5-nic"}
"""Traefik ranks by the length of the rule, in which `Path(` is shorter than `PathPrefix(`."""
LONGEST_FIRST: Final = INGRESS_NGINX | {"f5-nic", TRAEFIK, "traefik"}
"""Of prefixes of both types. HAProxy's controllers have an order of types besides."""
SERVER_OF_ITS_OWN: Final = INGRESS_NGINX | {"f5-nic"}
"""Those for which a host with rules gets none of a rule without a host."""


def classes_of(manifests: Iterable[Manifest]) -> dict[str, str]:
    """Give the controllers that IngressClass objects name, by class."""
    found: dict[str, str] = {}
    for one in manifests:
        if (one.kind, one.group) == ("IngressClass", "networking.k8s.io"):
            found[one.name] = text(one.node, "spec", "controller") or ""
    return found


def target_of(class_name: str, annotations: Mapping[str, str], classes: Mapping[str, str]) -> str | None:
    """Give the snippet for its controller; None where nothing tells."""
    if class_name in classes:
        return _CONTROLLERS.get(classes[class_name].lower())
    if any(name.startswith(("nginx.org/", "nginx.com/")) for name in annotations):
        return "f5-nic"
    for word, target in _WORDS:
        if word in class_name.lower():
            return target
    if class_name == "" and any(name.startswith("nginx.ingress.kubernetes.io/") for name in annotations):
        return "ingress-nginx"
    return None


# --- private ---

_CONTROLLERS: Final[Mapping[str, str]] = {
    "k8s.io/ingress-nginx": "ingress-nginx",
    "nginx.org/ingress-controller": "f5-nic",
    "traefik.io/ingress-controller": TRAEFIK,
    "haproxy-ingress.github.io/controller": "haproxy",
    "haproxy.org/ingress-controller/haproxy": "haproxy",
    "projectcontour.io/ingress-controller": "contour",
    "istio.io/ingress-controller": "istio",
}
_WORDS: Final = (
    ("traefik", TRAEFIK),
    ("haproxy", "haproxy"),
    ("contour", "contour"),
    ("istio", "istio"),
    ("nginx", "ingress-nginx"),
)
