"""Which value does this key have for a path of an Ingress of HAProxy?

The first that is written counts, an empty one too: it hides the rest. HAProxy Ingress asks the Service, the
Ingress, the ConfigMap of the IngressClass and that of the controller, in this order; but some keys are a
host's, some the Ingress's own, and some have no default. The controller of HAProxy Technologies reads most of
the Ingress and of the ConfigMap alone.

https://haproxy-ingress.github.io/docs/configuration/keys/ and, for the other controller,
https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md; both as seen in
tests/audit/witnessed, which names the versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.containers import containers, option_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place

PREFIXES: Final = {
    Controller.HAPROXY_INGRESS: ("haproxy-ingress.github.io/", "ingress.kubernetes.io/"),
    Controller.HAPROXYTECH: ("haproxy.org/", "haproxy.com/", "ingress.kubernetes.io/"),
}


class Key(NamedTuple):
    """A value, and where it stands."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Of one path."""

    controller: Controller
    ingress: Object
    service: Object | None = None
    parameters: Object | None = None
    """The ConfigMap of its IngressClass."""
    config: Object | None = None
    neighbours: tuple[Object, ...] = ()
    """Every Ingress of its host, as they are read."""
    is_of_host: bool = False
    """Whether every key is read as one of the whole host."""

    def found(self, name: str) -> Key | None:
        """Give the value that counts, an empty one too."""
        return next(self._written(name), None)

    def get(self, name: str) -> Key | None:
        """Give the value that counts; an empty one is none."""
        found = self.found(name)
        return found if found is not None and found.value else None

    def text(self, name: str, default: str = "") -> str:
        """Give the value as it is compared; an empty one is not the default."""
        found = self.found(name)
        return default if found is None else found.value.strip()

    def is_true(self, name: str, *, default: bool = False) -> bool:
        """Give the value of a switch; what cannot be read is off."""
        found = self.found(name)
        return default if found is None else is_on(self.controller, found.value)

    def place(self, name: str) -> Place:
        """Give the place of a value, or of the Ingress."""
        found = self.found(name)
        return self.ingress.place() if found is None else found.place

    def of_the_host(self) -> "Keys":
        """Give the same as the whole host has them: no Service is asked."""
        return replace(self, service=None, parameters=None, is_of_host=True)

    def _written(self, name: str) -> Iterator[Key]:
        is_asked_there = self.controller is Controller.HAPROXY_INGRESS and name in _OF_HOST
        of_host = self.is_of_host or is_asked_there
        for one in self.neighbours if of_host else self._objects(name):
            found = annotated(one, self.controller, name)
            if found is not None and not self._is_dropped(name, found):
                yield found
        for config in self._configs(name, of_host=of_host):
            found = of_config(config, name)
            if found is not None:
                yield found

    def _objects(self, name: str) -> Iterator[Object]:
        if self.controller is Controller.HAPROXYTECH:
            of_service = name in _OF_SERVICE
            one = self.service if of_service else self.ingress
            yield from () if one is None or name in _OF_CONFIG else (one,)
            return
        if self.service is not None and name not in _OF_INGRESS:
            yield self.service
        yield self.ingress

    def _configs(self, name: str, *, of_host: bool) -> Iterator[Object]:
        if name in _OF_INGRESS or name in _OF_SERVICE:
            return
        if self.parameters is not None and not of_host:
            yield self.parameters
        if self.config is not None and name not in _WITHOUT_DEFAULT:
            yield self.config

    def _is_dropped(self, name: str, key: Key) -> bool:
        """Of the switches that matter here only this one is looked at when it is read."""
        is_looked_at = self.controller is Controller.HAPROXY_INGRESS and name == "ssl-redirect"
        return is_looked_at and key.value not in _TRUE | _FALSE


def is_on(controller: Controller, value: str) -> bool:
    """Read a switch as `strconv.ParseBool` does; one of the two controllers knows more words."""
    return value in _TRUE or (controller is Controller.HAPROXYTECH and value.lower() in {"enabled", "on"})


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
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_OF_HOST: Final = frozenset(
    {
        *("auth-tls-secret", "auth-tls-strict", "auth-tls-verify-client"),
        *("server-alias", "server-alias-regex", "ssl-passthrough"),
    }
)
"""At HAProxy Ingress."""
_OF_INGRESS: Final = frozenset(
    {"path-type", "redirect-to", "http-header-match", "http-header-match-regex", "tcp-service-port"}
)
_WITHOUT_DEFAULT: Final = frozenset({"auth-tls-secret", "oauth"})
_OF_SERVICE: Final = frozenset({"route-acl"})
_OF_CONFIG: Final = frozenset({"frontend-config-snippet", "client-ca", "client-crt-optional", "log-format"})
