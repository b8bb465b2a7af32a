"""At which listeners of which Gateways does a route of the Gateway API hang, and for which hosts?

https://gateway-api.sigs.k8s.io/reference/spec/#parentreference, #listener and #allowedroutes
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import controller_of_class
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, number, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import ANY_HOST, Tls
from gateway.config.tree import Node

GROUP: Final = "gateway.networking.k8s.io"
_PROTOCOLS: Final = {
    "HTTPRoute": frozenset({"HTTP", "HTTPS"}),
    "GRPCRoute": frozenset({"HTTP", "HTTPS"}),
    "TLSRoute": frozenset({"TLS"}),
    "TCPRoute": frozenset({"TCP", "TLS"}),
}


class Door(NamedTuple):
    """One host of a route at one listener."""

    host: str
    gateway: Object | None
    """None where it was not given."""
    listener: Node | None
    controller: Controller
    class_name: str

    @property
    def listener_name(self) -> str:
        """Empty where the Gateway was not given."""
        return text(self.listener, "name") or ""

    @property
    def tls(self) -> Tls:
        """Of this listener alone."""
        match text(self.listener, "protocol"):
            case "HTTPS":
                return Tls.ONLY
            case "TLS":
                passes = text(self.listener, "tls", "mode") == "Passthrough"
                return Tls.PASSED_THROUGH if passes else Tls.ONLY
            case "HTTP" | "TCP":
                return Tls.NONE
            case _:
                return Tls.UNKNOWN


class Gateways:
    """The Gateways of an estate, by name: Istio has a kind of that name as well."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._by_name = {(one.namespace, one.name): one for one in estate.of("Gateway", GROUP)}
        self._implied = implied_controller(estate)
        self._controllers: dict[str, Controller] = {}

    def get(self, namespace: str, name: str) -> Object | None:
        """Give one, if it was given."""
        return self._by_name.get((namespace, name))

    def parents(self, route: Object) -> Iterator[tuple[Node, Object | None]]:
        """Give each reference of a route to a Gateway, and the Gateway."""
        for parent in items(route.node, "spec", "parentRefs"):
            if text(parent, "kind") in {None, "Gateway"}:
                namespace = text(parent, "namespace") or route.namespace
                yield parent, self.get(namespace, text(parent, "name") or "")

    def doors(self, route: Object) -> Iterator[Door]:
        """Give every host of a route at every listener that takes it."""
        named = [one.lower() for one in texts(route.node, "spec", "hostnames")] or [ANY_HOST]
        for parent, gateway in self.parents(route):
            if gateway is None:
                for host in named:
                    yield Door(host, None, None, self.controller(""), "")
                continue
            class_name = text(gateway.node, "spec", "gatewayClassName") or ""
            for listener in items(gateway.node, "spec", "listeners"):
                if not self._takes(gateway, listener, parent, route):
                    continue
                here = (text(listener, "hostname") or "").lower()
                hosts = dict.fromkeys(meeting(here, host) for host in named)
                for found in hosts:
                    if found is not None:
                        yield Door(found, gateway, listener, self.controller(class_name), class_name)

    def controller(self, class_name: str) -> Controller:
        """Give who serves a class; where nothing tells, whose own objects were given."""
        if class_name not in self._controllers:
            found = controller_of_class(self.estate, class_name)
            self._controllers[class_name] = self._implied if found is Controller.GATEWAY_API else found
        return self._controllers[class_name]

    def _takes(self, gateway: Object, listener: Node, parent: Node, route: Object) -> bool:
        section, port = text(parent, "sectionName"), number(parent, "port")
        if section is not None and section != text(listener, "name"):
            return False
        if port is not None and port != number(listener, "port"):
            return False
        if text(listener, "protocol") not in _PROTOCOLS.get(route.kind, frozenset()):
            return False
        kinds = [text(one, "kind") for one in items(listener, "allowedRoutes", "kinds")]
        return (not kinds or route.kind in kinds) and self._lets_in(gateway, listener, route.namespace)

    def _lets_in(self, gateway: Object, listener: Node, namespace: str) -> bool:
        allowed = at(listener, "allowedRoutes", "namespaces")
        match text(allowed, "from") or "Same":
            case "All":
                return True
            case "Selector":
                given = self.estate.get("Namespace", "", namespace)
                wanted = [(key, text(one)) for key, one in members(allowed, "selector", "matchLabels")]
                labels = {} if given is None else {"kubernetes.io/metadata.name": namespace, **given.labels}
                return given is None or all(labels.get(key) == value for key, value in wanted)
            case "Same":
                return namespace == gateway.namespace
            case _:
                return False


def meeting(one: str, other: str) -> str | None:
    """Give the hosts that are both, as the narrower name; None where none is.

    A wildcard stands for one or more labels.
    """
    for wide, narrow in ((one, other), (other, one)):
        if wide in {ANY_HOST, narrow}:
            return narrow
        if wide.startswith("*.") and narrow.endswith(wide[1:]):
            return narrow
    return None


def together(found: frozenset[Tls]) -> Tls:
    """Give what holds where a host is served in several ways."""
    if len(found) == 1:
        return next(iter(found))
    if Tls.UNKNOWN in found or not found:
        return Tls.UNKNOWN
    return Tls.OPTIONAL


# --- private ---

_GROUPS: Final = (
    ("gateway.envoyproxy.io", Controller.ENVOY_GATEWAY),
    ("gateway.kgateway.dev", Controller.KGATEWAY),
    ("gateway.nginx.org", Controller.NGINX_GATEWAY_FABRIC),
    ("traefik.io", Controller.TRAEFIK),
)


def implied_controller(estate: Estate) -> Controller:
    """Give whose own objects were given, where it is one alone."""
    shown = {one.group for one in estate.objects}
    found = [controller for group, controller in _GROUPS if group in shown]
    return found[0] if len(found) == 1 else Controller.GATEWAY_API
