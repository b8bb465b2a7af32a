"""What do the HTTPProxies of Contour open, and the Ingresses that it serves?

https://projectcontour.io/docs/main/config/api/ and .../config/client-authorization/
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.contour_auth import Asking, global_asking, logs_of, own_asking, verifying
from gateway.audit.normal.contour_routes import Route, routes_of
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.config.tree import Node

GROUP: Final = "projectcontour.io"


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every HTTPProxy with a host opens, those that it includes too, and what Ingresses open."""
    everywhere, logs = global_asking(estate), logs_of(estate)
    for proxy in estate.of("HTTPProxy", GROUP):
        if at(proxy.node, "spec", "virtualhost") is not None:
            yield from _host(_Host.of(estate, proxy, everywhere, logs))
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.CONTOUR:
            yield from _ingress(estate, ingress, everywhere, logs)


# --- private ---


class _Host(NamedTuple):
    estate: Estate
    proxy: Object
    name: str
    secure: bool
    asking: Asking | None
    """For requests over TLS, and in the clear where it is everybody's."""
    is_global: bool
    logs: tuple[LoggedField, ...]

    @classmethod
    def of(
        cls, estate: Estate, proxy: Object, everywhere: Asking | None, logs: tuple[LoggedField, ...]
    ) -> "_Host":
        host = at(proxy.node, "spec", "virtualhost")
        own = own_asking(estate, proxy, host)
        unsaid = at(host, "authorization", "authPolicy", "disabled") is None
        if own is not None and unsaid and everywhere is not None and everywhere.disabled:
            own = replace(own, disabled=True)
        switched_off = flag(host, "authorization", "disabled") is True
        asking = None if switched_off else own or everywhere
        return cls(
            estate=estate,
            proxy=proxy,
            name=(text(host, "fqdn") or ANY_HOST).lower(),
            secure=bool(text(host, "tls", "secretName")) or flag(host, "tls", "passthrough") is True,
            asking=asking,
            is_global=own is None,
            logs=logs,
        )


def _host(host: _Host) -> Iterator[Exposure]:
    tls = at(host.proxy.node, "spec", "virtualhost", "tls")
    through = flag(tls, "passthrough") is True
    octets = at(host.proxy.node, "spec", "tcpproxy")
    if octets is not None:
        yield _octets(host, octets, through=through)
    for route in routes_of(host.estate, host.proxy):
        yield from _route(host, route)


def _octets(host: _Host, node: Node, *, through: bool) -> Exposure:
    place = host.proxy.place(node)
    return Exposure(
        host=host.name,
        path=PathMatch(PathKind.UNKNOWN, ""),
        tls=Tls.PASSED_THROUGH if through else Tls.ONLY,
        controller=Controller.CONTOUR,
        backends=_services(host.proxy, node),
        auth=None,
        token=TokenFate(Reaches.YES, "octets are passed on, and no request is seen", place),
        public=host.proxy.public,
        source=place,
        of=host.proxy,
    )


def _route(host: _Host, route: Route) -> Iterator[Exposure]:
    """One exposure, or two: what is served in the clear besides is not asked about."""
    auth = _auth(host, route)
    in_clear = flag(route.node, "permitInsecure") is True
    tls = Tls.NONE if not host.secure else (Tls.OPTIONAL if in_clear else Tls.ONLY)
    whole = _exposure(host, route, auth, tls)
    if auth is None or tls is Tls.ONLY or host.is_global or not whole.backends:
        yield whole
        return
    if tls is Tls.OPTIONAL:
        yield replace(whole, tls=Tls.ONLY)
    yield replace(_exposure(host, route, None, Tls.NONE), tls=Tls.NONE)


def _auth(host: _Host, route: Route) -> Auth | None:
    if host.asking is not None:
        disabled = flag(route.node, "authPolicy", "disabled")
        if disabled is None:
            disabled = host.asking.disabled
        if not disabled:
            return host.asking.auth
    return verifying(host.proxy, route)


def _exposure(host: _Host, route: Route, auth: Auth | None, tls: Tls) -> Exposure:
    node, source = route.node, route.of.place(route.node)
    backends = _services(route.of, node)
    removed = [name.lower() for name in texts(node, "requestHeadersPolicy", "remove")]
    token = fate_at_envoy(auth, source)
    if not backends:
        token = TokenFate(Reaches.NO, "the proxy answers itself", source)
    elif "authorization" in removed:
        place = route.of.place(at(node, "requestHeadersPolicy", "remove"))
        token = TokenFate(Reaches.NO, "the route removes Authorization", place)
    elif auth is not None and auth.mechanism is Mechanism.JWT:
        token = _verified(host.proxy, auth)
    return Exposure(
        host=host.name,
        path=route.path,
        tls=tls,
        controller=Controller.CONTOUR,
        class_name=text(host.proxy.node, "spec", "ingressClassName") or "",
        backends=backends,
        auth=auth,
        token=token,
        mirrors=route.mirrors,
        logs=host.logs,
        rewrites=at(node, "pathRewritePolicy") is not None,
        conditions=route.conditions,
        rank=route.rank,
        public=route.of.public or host.proxy.public,
        source=source,
        of=route.of,
    )


def _verified(proxy: Object, auth: Auth) -> TokenFate:
    providers = items(proxy.node, "spec", "virtualhost", "jwtProviders")
    forwards = next((one for one in providers if flag(one, "forwardJWT")), None)
    if forwards is None:
        return TokenFate(Reaches.NO, "the token is taken away once it is verified", auth.place)
    return TokenFate(Reaches.YES, "forwardJWT passes the token on", proxy.place(at(forwards, "forwardJWT")))


def _services(of: Object, node: Node) -> tuple[Backend, ...]:
    real = (one for one in items(node, "services") if flag(one, "mirror") is not True)
    return tuple(Backend(of.namespace, text(one, "name") or "", text(one, "port") or "") for one in real)


def _ingress(
    estate: Estate, ingress: Object, everywhere: Asking | None, logs: tuple[LoggedField, ...]
) -> Iterator[Exposure]:
    covered = {host for one in items(ingress.node, "spec", "tls") for host in texts(one, "hosts")}
    redirects = ingress.annotation("ingress.kubernetes.io/force-ssl-redirect") == "true"
    auth = None
    if everywhere is not None and not everywhere.disabled:
        auth = replace(everywhere.auth, mechanism=Mechanism.UNKNOWN)
    for rule in items(ingress.node, "spec", "rules"):
        host = (text(rule, "host") or ANY_HOST).lower()
        for path in items(rule, "http", "paths"):
            kind = PathKind.EXACT if text(path, "pathType") == "Exact" else PathKind.PREFIX
            service = at(path, "backend", "service")
            port = text(service, "port", "number") or text(service, "port", "name") or ""
            secure = Tls.ONLY if redirects else Tls.OPTIONAL
            yield Exposure(
                host=host,
                path=PathMatch(kind, text(path, "path") or "/"),
                tls=secure if host in covered else Tls.NONE,
                controller=Controller.CONTOUR,
                class_name=class_of(estate, ingress),
                backends=(Backend(ingress.namespace, text(service, "name") or "", port),),
                auth=auth,
                token=fate_at_envoy(auth, ingress.place(path)),
                logs=logs,
                public=ingress.public,
                source=ingress.place(path),
                of=ingress,
            )
