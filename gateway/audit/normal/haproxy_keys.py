"""Which value does this key have for a path of an Ingress of HAProxy? Of its Service, of the Ingress, of the
controller's ConfigMap, in this order.

https://haproxy-ingress.github.io/docs/configuration/keys/#annotation and, for the other controller,
https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Backend

PREFIXES: Final = {
    Controller.HAPROXY_INGRESS: ("haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
    Controller.HAPROXYTECH: ("haproxy.org/", "haproxy.com/", "ingress.kubernetes.io/"),
}


class Key(NamedTuple):
    """A value, and where it stands."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Keys:
    """Of one path."""

    controller: Controller
    service: Object | None
    ingress: Object
    config: Object | None

    def get(self, name: str) -> Key | None:
        """Give the value that counts; an empty one is none."""
        for one in (self.service, self.ingress):
            found = None if one is None else annotated(one, self.controller, name)
            if found is not None and found.value.strip():
                return found
        found = of_config(self.config, name)
        return found if found is not None and found.value.strip() else None

    def text(self, name: str, default: str = "") -> str:
        """Give the value as it is compared."""
        found = self.get(name)
        return default if found is None else found.value.strip()

    def place(self, name: str) -> Place:
        """Give the place of a value, or of the Ingress."""
        found = self.get(name)
        return self.ingress.place() if found is None else found.place


def keys_of(
    estate: Estate, controller: Controller, ingress: Object, backend: Backend | None, config: Object | None
) -> Keys:
    """Give the keys of one path."""
    service = None if backend is None else estate.get("Service", backend.namespace, backend.name)
    return Keys(controller, service, ingress, config)


def annotated(one: Object, controller: Controller, name: str) -> Key | None:
    """Give the value of an annotation, under the first prefix that it is found with."""
    for prefix in PREFIXES[controller]:
        node = one.annotations.get(f"{prefix}{name}")
        if node is not None:
            return Key(text(node) or "", one.place(node))
    return None


def of_config(config: Object | None, name: str) -> Key | None:
    """Give the value of a key of the ConfigMap."""
    node = None if config is None else at(config.node, "data", name)
    return None if config is None or node is None else Key(text(node) or "", config.place(node))


def config_of(estate: Estate, controller: Controller) -> Object | None:
    """Give the controller's ConfigMap: the one that its program is told of, or else the one named for it."""
    word = _IMAGES[controller]
    for one in containers(estate):
        for argument in one.arguments if word in one.image else ():
            name, value = option_of(argument)
            if name == "configmap":
                namespace, _, given = value.rpartition("/")
                return estate.get("ConfigMap", namespace or one.of.namespace, given)
    named = [one for one in estate.of("ConfigMap") if "haproxy" in one.name]
    tech = [one for one in named if "kubernetes-ingress" in one.name]
    if controller is Controller.HAPROXYTECH:
        return next(iter(tech), None)
    return next((one for one in named if one not in tech), None)


# --- private ---

_IMAGES: Final = {
    Controller.HAPROXY_INGRESS: "haproxy-ingress",
    Controller.HAPROXYTECH: "haproxytech/kubernetes-ingress",
}
