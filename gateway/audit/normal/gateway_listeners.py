"""At which listeners of which Gateways does a route of the Gateway API hang, and for which hosts?

https://gateway-api.sigs.k8s.io/reference/spec/#parentreference, #listener and #allowedroutes; a ListenerSet
gives a Gateway more of them: https://gateway-api.sigs.k8s.io/geps/gep-1713/
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import controller_of_class
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, number, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import label_selector
from gateway.audit.exposure import ANY_HOST, Tls
from gateway.config.tree import Node

GROUP: Final = "gateway.networking.k8s.io"
LISTENER_SETS: Final = frozenset({"ListenerSet", "XListenerSet"})
"""The kind, and what it was called while it was tried."""
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
    listener_set: Object | None = None
    """Whose listener it is, where it is not the Gateway's own."""

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
            yield from self._at(gateway, gateway, parent, route, named)
        for parent in items(route.node, "spec", "parentRefs"):
            if (kind := text(parent, "kind") or "") in LISTENER_SETS:
                namespace = text(parent, "namespace") or route.namespace
                more = self.estate.get(kind, namespace, text(parent, "name") or "")
                if more is None or self._may_add(more):
                    yield from self._at(self.gateway_of(more), more, parent, route, named)

    def gateway_of(self, listener_set: Object | None) -> Object | None:
        """Give the Gateway that a ListenerSet adds to, if it was given."""
        if listener_set is None:
            return None
        parent = at(listener_set.node, "spec", "parentRef")
        return self.get(text(parent, "namespace") or listener_set.namespace, text(parent, "name") or "")

    def controller(self, class_name: str) -> Controller:
        """Give who serves a class; where nothing tells, whose own objects were given."""
        if class_name not in self._controllers:
            found = controller_of_class(self.estate, class_name)
            self._controllers[class_name] = self._implied if found is Controller.GATEWAY_API else found
        return self._controllers[class_name]

    def _at(
        self, gateway: Object | None, holder: Object | None, parent: Node, route: Object, named: list[str]
    ) -> Iterator[Door]:
        """Give the hosts at the listeners that a Gateway, or a ListenerSet for it, has."""
        if gateway is None or holder is None:
            for host in named:
                yield Door(host, None, None, self.controller(""), "")
            return
        class_name = text(gateway.node, "spec", "gatewayClassName") or ""
        controller = self.controller(class_name)
        for listener in items(holder.node, "spec", "listeners"):
            if not self._takes(holder, listener, parent, route):
                continue
            here = (text(listener, "hostname") or "").lower()
            isolated = _of_others(holder, listener) if controller is Controller.ENVOY_GATEWAY else set()
            for found in dict.fromkeys(meeting(here, host) for host in named):
                if found is not None and found not in isolated:
                    more = None if holder is gateway else holder
                    yield Door(found, gateway, listener, controller, class_name, more)

    def _may_add(self, listener_set: Object) -> bool:
        """Whether its Gateway takes the listeners of a ListenerSet; without a word it takes none."""
        gateway = self.gateway_of(listener_set)
        if gateway is None:
            return True
        allowed = at(gateway.node, "spec", "allowedListeners", "namespaces")
        return self._is_from(allowed, "None", gateway.namespace, listener_set.namespace)

    def _takes(self, holder: Object, listener: Node, parent: Node, route: Object) -> bool:
        section, port = text(parent, "sectionName"), number(parent, "port")
        if section is not None and section != text(listener, "name"):
            return False
        if port is not None and port != number(listener, "port"):
            return False
        if text(listener, "protocol") not in _PROTOCOLS.get(route.kind, frozenset()):
            return False
        kinds = [text(one, "kind") for one in items(listener, "allowedRoutes", "kinds")]
        allowed = at(listener, "allowedRoutes", "namespaces")
        return (not kinds or route.kind in kinds) and self._is_from(
            allowed, "Same", holder.namespace, route.namespace
        )

    def _is_from(self, allowed: Node | None, default: str, own: str, namespace: str) -> bool:
        match text(allowed, "from") or default:
            case "All":
                return True
            case "Selector":
                given = self.estate.get("Namespace", "", namespace)
                labels = {} if given is None else {"kubernetes.io/metadata.name": namespace, **given.labels}
                return given is None or label_selector(at(allowed, "selector")).chooses(labels)
            case "Same":
                return namespace == own
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


def _of_others(holder: Object, listener: Node) -> set[str]:
    """Give the hosts of the other listeners of a port: Envoy Gateway (1.9) serves them there alone."""
    port = number(listener, "port")
    every = items(holder.node, "spec", "listeners")
    others = (one for one in every if one is not listener and number(one, "port") == port)
    return {name.lower() for one in others if (name := text(one, "hostname"))}


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
