"""What do the Gateways and VirtualServices of Istio open?

https://istio.io/latest/docs/reference/config/networking/gateway/ and .../virtual-service/
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import flag, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    ANY_HOST,
    Exposure,
    LoggedField,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.audit.normal.gateway_listeners import meeting, together
from gateway.audit.normal.ingress_paths import IngressPath, paths_of
from gateway.audit.normal.istio_mesh import logs_of
from gateway.audit.normal.istio_policies import (
    AtWorkload,
    Pods,
    Policies,
    Workload,
    workload_of_selector,
)
from gateway.audit.normal.istio_routes import Rule, destinations_of, rules_of
from gateway.config.tree import Node

GROUP: Final = "networking.istio.io"


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every VirtualService opens at every Gateway that it names, and what Ingresses open."""
    services = estate.of("VirtualService", GROUP)
    ingresses = [one for one in estate.of("Ingress") if controller_of(estate, one) is Controller.ISTIO]
    if not services and not ingresses:
        return
    reader = _Reader(estate)
    for service in services:
        yield from reader.service(service)
    for ingress in ingresses:
        yield from reader.ingress(ingress)


# --- private ---


class _Door(NamedTuple):
    host: str
    tls: Tls
    workload: Workload
    name: str


class _Reader:
    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.policies = Policies(estate)
        self.pods = Pods(estate)
        self.logs: tuple[LoggedField, ...] = logs_of(estate)
        self.gateways = {f"{one.namespace}/{one.name}": one for one in estate.of("Gateway", GROUP)}
        self.workloads: dict[str, Workload] = {}

    def service(self, service: Object) -> Iterator[Exposure]:
        for door in self._doors(service):
            if door.tls is Tls.PASSED_THROUGH:
                yield from self._octets(service, door)
                continue
            for number, route in enumerate(items(service.node, "spec", "http")):
                for rule in rules_of(self.estate, service, route):
                    whole = self._exposure(rule, door, number)
                    if whole.backends:
                        yield from self.policies.divided(whole, AtWorkload(door.host, door.workload))
                    else:
                        yield whole
            yield from self._octets(service, door)

    def ingress(self, ingress: Object) -> Iterator[Exposure]:
        labels = (("istio", "ingressgateway"), ("app", "istio-ingressgateway"))
        workload = Workload(frozenset({"istio-system", "istio-ingress"}), labels)
        for path in paths_of(ingress):
            place = ingress.place(path.node)
            whole = Exposure(
                host=path.host,
                path=_ingress_path(path),
                tls=Tls.OPTIONAL if path.has_tls else Tls.NONE,
                controller=Controller.ISTIO,
                class_name=class_of(self.estate, ingress),
                backends=() if path.backend is None else (path.backend,),
                auth=None,
                token=fate_at_envoy(None, place),
                logs=self.logs,
                public=ingress.public,
                source=place,
                of=ingress,
            )
            yield from self.policies.divided(whole, AtWorkload(path.host, workload))

    def _doors(self, service: Object) -> Iterator[_Door]:
        hosts = [one.lower() for one in texts(service.node, "spec", "hosts")]
        for name in texts(service.node, "spec", "gateways"):
            if name == "mesh":
                continue
            full = name if "/" in name else f"{service.namespace}/{name}"
            gateway = self.gateways.get(full)
            if gateway is None:
                labels = (("istio", "ingressgateway"), ("app", "istio-ingressgateway"))
                workload = Workload(frozenset({full.partition("/")[0], "istio-system"}), labels)
                for host in hosts:
                    yield _Door(_any(host), Tls.UNKNOWN, workload, full)
                continue
            for host in hosts:
                yield from self._at(gateway, _any(host), full, service.namespace)

    def _at(self, gateway: Object, host: str, name: str, namespace: str) -> Iterator[_Door]:
        ways: dict[str, set[Tls]] = {}
        for server in items(gateway.node, "spec", "servers"):
            for written in texts(server, "hosts"):
                scope, slash, here = written.rpartition("/")
                scope = gateway.namespace if scope == "." else scope
                found = meeting(_any(here.lower()), host)
                if found is not None and (not slash or scope in {"*", namespace}):
                    ways.setdefault(found, set()).add(_tls(server))
        if name not in self.workloads:
            self.workloads[name] = workload_of_selector(self.pods, gateway)
        for found, kinds in ways.items():
            through = Tls.PASSED_THROUGH in kinds
            tls = Tls.PASSED_THROUGH if through else together(frozenset(kinds))
            yield _Door(found, tls, self.workloads[name], name)

    def _octets(self, service: Object, door: _Door) -> Iterator[Exposure]:
        for kind in ("tls", "tcp"):
            for route in items(service.node, "spec", kind):
                place = service.place(route)
                yield Exposure(
                    host=door.host,
                    path=PathMatch(PathKind.UNKNOWN, ""),
                    tls=door.tls if kind == "tcp" else Tls.PASSED_THROUGH,
                    controller=Controller.ISTIO,
                    class_name=door.name,
                    backends=destinations_of(service, route),
                    auth=None,
                    token=TokenFate(Reaches.YES, "octets are passed on, and no request is seen", place),
                    public=service.public,
                    source=place,
                    of=service,
                )

    def _exposure(self, rule: Rule, door: _Door, number: int) -> Exposure:
        backends = rule.backends
        source = rule.of.place(rule.route)
        token = fate_at_envoy(None, source)
        taken = rule.takes_authorization
        if not backends:
            token = TokenFate(Reaches.NO, "the proxy answers itself", source)
        elif taken is not None:
            token = TokenFate(Reaches.NO, "the route removes or replaces Authorization", taken)
        return Exposure(
            host=door.host,
            path=rule.path,
            methods=rule.methods,
            tls=door.tls,
            controller=Controller.ISTIO,
            class_name=door.name,
            backends=backends,
            auth=None,
            token=token,
            mirrors=tuple(rule.mirrors),
            logs=self.logs,
            rewrites=rule.rewrites,
            conditions=tuple(rule.conditions),
            rank=(number,),
            public=rule.of.public or rule.root_of.public,
            source=source,
            of=rule.of,
        )


def _any(host: str) -> str:
    return ANY_HOST if host == "*" else host


def _tls(server: Node) -> Tls:
    protocol, mode = (text(server, "port", "protocol") or "").upper(), text(server, "tls", "mode") or ""
    if mode in {"PASSTHROUGH", "AUTO_PASSTHROUGH"}:
        return Tls.PASSED_THROUGH
    if protocol in {"HTTPS", "TLS"}:
        return Tls.ONLY if mode else Tls.PASSED_THROUGH
    return Tls.ONLY if flag(server, "tls", "httpsRedirect") else Tls.NONE


def _ingress_path(path: IngressPath) -> PathMatch:
    """What is left to the implementation is exact, unless it ends in a wildcard."""
    written = path.path
    if path.path_type == "Prefix":
        return PathMatch(PathKind.PREFIX, written)
    if path.path_type == "Exact":
        return PathMatch(PathKind.EXACT, written)
    for end in (".*", "/*"):
        if written.endswith(end):
            return PathMatch(PathKind.PREFIX, written.removesuffix(end) or "/")
    return PathMatch(PathKind.EXACT, written)
