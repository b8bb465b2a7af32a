"""What do the routes of the Gateway API open, whoever serves them?

The route says which requests; the listeners of its Gateway say at which hosts and whether over TLS; who is
asked is said by a filter (ExternalAuth), by the implementation's own filter, or by its own policy that is
attached to the route or to something above it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Exposure, Fails, LoggedField, Reaches, Tls, TokenFate
from gateway.audit.normal import envoy_gateway, gateway_rules, kgateway, nginx_gateway_fabric
from gateway.audit.normal import envoy_gateway_clients as clients
from gateway.audit.normal.attached import Target, targets_of
from gateway.audit.normal.envoy_gateway import Asked, SecurityPolicies
from gateway.audit.normal.envoy_gateway_clients import ClientPolicies
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.audit.normal.external_auth import external_auth
from gateway.audit.normal.gateway_listeners import GROUP, Door, Gateways, together
from gateway.audit.normal.istio_policies import AtWorkload, Policies, workload_of_gateway
from gateway.audit.normal.kgateway import TrafficPolicies
from gateway.audit.normal.traefik.asks import auth_of, fate_of
from gateway.audit.normal.traefik.filters import steps_of_filters
from gateway.config.tree import Node

KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every route opens at every listener that takes it."""
    routes = [one for kind in KINDS for one in estate.of(kind, GROUP)]
    if not routes:
        return
    reader = _Reader(estate)
    for route in routes:
        yield from reader.route(route)


# --- private ---


class _Way(NamedTuple):
    """Listeners of one Gateway at which the same host is asked about in the same way."""

    door: Door
    asked: Asked
    tls: list[Tls]


class _Reader:
    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.gateways = Gateways(estate)
        self.security = SecurityPolicies(estate)
        self.clients = ClientPolicies(estate)
        self.traffic = TrafficPolicies(estate)
        self.istio = Policies(estate)
        self.logs: dict[Controller, tuple[LoggedField, ...]] = {
            Controller.ENVOY_GATEWAY: envoy_gateway.logs_of(estate),
            Controller.KGATEWAY: kgateway.logs_of(estate),
            Controller.NGINX_GATEWAY_FABRIC: tuple(nginx_gateway_fabric.logs_of(estate)),
        }

    def route(self, route: Object) -> Iterator[Exposure]:
        doors = list(self.gateways.doors(route))
        for rule in items(route.node, "spec", "rules"):
            ways: dict[object, _Way] = {}
            for door in doors:
                asked = self._asked(route, rule, door)
                key = (door.host, door.gateway, asked.auth and asked.auth.place)
                ways.setdefault(key, _Way(door, asked, [])).tls.append(door.tls)
            for way in ways.values():
                for match in gateway_rules.matches_of(route, rule):
                    yield from self._exposures(route, rule, way, match)

    def _exposures(
        self, route: Object, rule: Node, way: _Way, match: gateway_rules.Match
    ) -> Iterator[Exposure]:
        whole = self._exposure(route, rule, way, match)
        asks = way.door.controller is Controller.ISTIO and route.kind in {"HTTPRoute", "GRPCRoute"}
        if not asks or not whole.backends:
            yield whole
            return
        at = AtWorkload(way.door.host, workload_of_gateway(way.door.gateway, route))
        yield from self.istio.divided(whole, at)

    def _exposure(self, route: Object, rule: Node, way: _Way, match: gateway_rules.Match) -> Exposure:
        filters = gateway_rules.filters_of(rule)
        answers = gateway_rules.redirects(filters) or clients.answers(self.estate, route, filters)
        source = route.place(rule)
        token = way.asked.token
        if answers:
            token = TokenFate(Reaches.NO, "the proxy answers itself", source)
        elif (place := self._taken(route, rule, way.door)) is not None:
            token = TokenFate(Reaches.NO, "a filter removes or replaces Authorization", place)
        return Exposure(
            host=way.door.host,
            path=match.path,
            methods=match.methods,
            tls=together(frozenset(way.tls)),
            controller=way.door.controller,
            class_name=way.door.class_name,
            backends=() if answers else gateway_rules.backends_of(route, rule),
            auth=way.asked.auth,
            token=token,
            mirrors=tuple(gateway_rules.mirrors_of(route, filters)),
            logs=self.logs.get(way.door.controller, ()),
            rewrites=gateway_rules.rewrites_path(filters),
            conditions=match.conditions,
            rank=match.rank,
            public=route.public,
            source=source,
            of=route,
        )

    def _taken(self, route: Object, rule: Node, door: Door) -> Place | None:
        """Give what takes Authorization away, whatever anybody answers."""
        taken = gateway_rules.taken_on_every_way(rule)
        if taken is not None:
            return route.place(taken)
        early = self.clients.takes(self._targets(route, rule, door))
        return early or clients.injects(self.estate, route, gateway_rules.filters_of(rule))

    def _asked(self, route: Object, rule: Node, door: Door) -> Asked:
        place = route.place(rule)
        if route.kind in {"TLSRoute", "TCPRoute"}:
            why = "octets are passed on, and no request is seen"
            return Asked(None, TokenFate(Reaches.YES, why, place))
        by_filter = self._by_filter(route, rule, door.controller)
        if by_filter is not None:
            return by_filter
        targets = self._targets(route, rule, door)
        match door.controller:
            case Controller.KGATEWAY:
                return self.traffic.asked(targets, route, rule)
            case Controller.ENVOY_GATEWAY:
                asked = self.security.asked(targets, route, rule)
                certificate = self.clients.certificate(targets) if door.tls is Tls.ONLY else None
                is_open = asked.auth is None or asked.auth.fails is Fails.OPEN
                return asked._replace(auth=certificate) if certificate and is_open else asked
            case _:
                return Asked(None, fate_at_envoy(None, place))

    def _by_filter(self, route: Object, rule: Node, controller: Controller) -> Asked | None:
        for one in items(rule, "filters"):
            auth = external_auth(route, one, controller)
            if auth is not None and controller is Controller.NGINX_GATEWAY_FABRIC:
                return Asked(auth, nginx_gateway_fabric.fate_at_nginx(auth))
            if auth is not None:
                return Asked(auth, fate_at_envoy(auth, route.place(rule)))
        if controller in {Controller.NGINX_GATEWAY_FABRIC, Controller.GATEWAY_API}:
            return nginx_gateway_fabric.asked_by_filters(self.estate, route, rule)
        if controller is Controller.TRAEFIK:
            return _asked_by_middlewares(self.estate, route, rule)
        return None

    def _targets(self, route: Object, rule: Node, door: Door) -> tuple[Target, ...]:
        named = ""
        if door.gateway is None:
            own = (one for one, found in self.gateways.parents(route) if found is None)
            named = next((text(one, "name") or "" for one in own if text(one, "namespace") is None), "")
        return targets_of(
            route, rule, door.gateway, door.listener_name, named=named, listener_set=door.listener_set
        )


def _asked_by_middlewares(estate: Estate, route: Object, rule: Node) -> Asked | None:
    """Traefik has no filter of its own: it passes requests through the Middlewares that a rule names."""
    steps = steps_of_filters(estate, route, rule)
    return Asked(auth_of(steps), fate_of(steps, route.place(rule))) if steps else None
