"""What do the Gateways and VirtualServices of Istio open?

https://istio.io/latest/docs/reference/config/networking/gateway/ and .../virtual-service/
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    ANY_HOST,
    Backend,
    Exposure,
    LoggedField,
    Mirror,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.audit.normal.gateway_listeners import meeting, together
from gateway.audit.normal.istio_mesh import logs_of
from gateway.audit.normal.istio_policies import (
    AtWorkload,
    Pods,
    Policies,
    Workload,
    workload_of_selector,
)
from gateway.audit.normal.parts import EVERYWHERE
from gateway.config.problem import show
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
                for match in items(route, "match") or (None,):
                    whole = self._exposure(service, route, match, door, number)
                    if whole.backends:
                        yield from self.policies.divided(whole, AtWorkload(door.host, door.workload))
                    else:
                        yield whole
            yield from self._octets(service, door)

    def ingress(self, ingress: Object) -> Iterator[Exposure]:
        covered = {host for one in items(ingress.node, "spec", "tls") for host in texts(one, "hosts")}
        labels = (("istio", "ingressgateway"), ("app", "istio-ingressgateway"))
        workload = Workload(frozenset({"istio-system", "istio-ingress"}), labels)
        for rule in items(ingress.node, "spec", "rules"):
            host = (text(rule, "host") or ANY_HOST).lower()
            for path in items(rule, "http", "paths"):
                kind = PathKind.EXACT if text(path, "pathType") == "Exact" else PathKind.PREFIX
                service = at(path, "backend", "service")
                port = text(service, "port", "number") or text(service, "port", "name") or ""
                whole = Exposure(
                    host=host,
                    path=PathMatch(kind, text(path, "path") or "/"),
                    tls=Tls.OPTIONAL if host in covered else Tls.NONE,
                    controller=Controller.ISTIO,
                    class_name=class_of(self.estate, ingress),
                    backends=(Backend(ingress.namespace, text(service, "name") or "", port),),
                    auth=None,
                    token=fate_at_envoy(None, ingress.place(path)),
                    logs=self.logs,
                    public=ingress.public,
                    source=ingress.place(path),
                    of=ingress,
                )
                yield from self.policies.divided(whole, AtWorkload(host, workload))

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
                    backends=_destinations(service, route),
                    auth=None,
                    token=TokenFate(Reaches.YES, "octets are passed on, and no request is seen", place),
                    public=service.public,
                    source=place,
                    of=service,
                )

    def _exposure(
        self, service: Object, route: Node, match: Node | None, door: _Door, number: int
    ) -> Exposure:
        backends = _destinations(service, route)
        source = service.place(route)
        token = fate_at_envoy(None, source)
        taken = _takes_authorization(route)
        if not backends:
            token = TokenFate(Reaches.NO, "the proxy answers itself", source)
        elif taken is not None:
            token = TokenFate(Reaches.NO, "the route removes or replaces Authorization", service.place(taken))
        method = text(match, "method", "exact")
        return Exposure(
            host=door.host,
            path=_path(match),
            methods=None if method is None else frozenset({method.upper()}),
            tls=door.tls,
            controller=Controller.ISTIO,
            class_name=door.name,
            backends=backends,
            auth=None,
            token=token,
            mirrors=tuple(_mirrors(service, route)),
            logs=self.logs,
            rewrites=at(route, "rewrite", "uri") is not None
            or at(route, "rewrite", "uriRegexRewrite") is not None,
            conditions=tuple(_conditions(match)),
            rank=(number,),
            public=service.public,
            source=source,
            of=service,
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


def _path(match: Node | None) -> PathMatch:
    uri = at(match, "uri")
    if uri is None:
        return EVERYWHERE
    for name, kind in (
        ("exact", PathKind.EXACT),
        ("prefix", PathKind.BEGINS_WITH),
        ("regex", PathKind.REGEX),
    ):
        value = text(uri, name)
        if value is not None:
            return EVERYWHERE if (kind, value) == (PathKind.BEGINS_WITH, "/") else PathMatch(kind, value)
    return PathMatch(PathKind.UNKNOWN, "")


def _conditions(match: Node | None) -> Iterator[str]:
    for kind, word in (
        ("headers", "header"),
        ("withoutHeaders", "no header"),
        ("queryParams", "query parameter"),
    ):
        found = at(match, kind)
        if found is not None and isinstance(found.value, dict):
            yield from (f"{word} {show(name)}" for name in found.value)
    if at(match, "port") is not None:
        yield "port"
    if at(match, "authority") is not None:
        yield "authority"


def _destinations(service: Object, route: Node) -> tuple[Backend, ...]:
    found = (at(one, "destination") for one in items(route, "route") if text(one, "weight") != "0")
    return tuple(_backend(service, one) for one in found)


def _backend(service: Object, destination: Node | None) -> Backend:
    host, port = text(destination, "host") or "", text(destination, "port", "number") or ""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    if not rest:
        return Backend(service.namespace, name, port)
    if not suffix or suffix == "svc" or suffix.startswith("svc."):
        return Backend(namespace, name, port)
    return Backend("", host, port, "Host")


def _mirrors(service: Object, route: Node) -> Iterator[Mirror]:
    single = at(route, "mirror")
    several = (at(one, "destination") for one in items(route, "mirrors"))
    for one in (single, *several):
        if one is not None:
            yield Mirror(show(text(one, "host") or ""), service.place(one))


def _takes_authorization(route: Node) -> Node | None:
    request = at(route, "headers", "request")
    for name in items(request, "remove"):
        if (text(name) or "").lower() == "authorization":
            return name
    replaced = at(request, "set")
    found = replaced.value if replaced is not None and isinstance(replaced.value, dict) else {}
    return next((one for name, one in found.items() if name.lower() == "authorization"), None)
