"""What do the HTTPProxies of Contour open?

https://projectcontour.io/docs/main/config/api/ and .../config/client-authorization/ ; compared with what
Contour 1.33 (and its main branch of August 2026, of which `serviceType: http` is) makes of them.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import (
    ANY_HOST,
    Auth,
    Backend,
    Exposure,
    Fails,
    LoggedField,
    Mechanism,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.contour_auth import (
    Asking,
    by_certificate,
    configurations,
    forbids_clear,
    global_asking,
    logs_of,
    named_by,
    own_asking,
    refusal_of,
    taken_by,
    told_by,
    verifying,
)
from gateway.audit.normal.contour_routes import Route, routes_of
from gateway.audit.normal.ext_authz import fate_at_envoy
from gateway.config.tree import Node

GROUP: Final = "projectcontour.io"


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what every HTTPProxy with a host opens, those that it includes too."""
    everywhere, logs = global_asking(estate), logs_of(estate)
    insecure = all(not forbids_clear(node) for _, node in configurations(estate))
    for proxy in estate.of("HTTPProxy", GROUP):
        if at(proxy.node, "spec", "virtualhost") is not None:
            yield from _host(_Host.of(estate, proxy, everywhere, logs, insecure))


# --- private ---


class _Host(NamedTuple):
    estate: Estate
    proxy: Object
    name: str
    secure: bool
    over_tls: Auth | None
    """Who is asked about requests over TLS."""
    in_clear: Auth | None
    """About those in the clear: who is asked about every host, and never whom the host names."""
    disabled: bool
    """Whether a route has to switch it on."""
    insecure: bool
    """Whether a route may be served in the clear as well."""
    logs: tuple[LoggedField, ...]

    @classmethod
    def of(
        cls,
        estate: Estate,
        proxy: Object,
        everywhere: Asking | None,
        logs: tuple[LoggedField, ...],
        insecure: bool,  # noqa: FBT001 - of the whole Contour
    ) -> "_Host":
        host = at(proxy.node, "spec", "virtualhost")
        asked = at(host, "authorization")
        own = own_asking(estate, proxy, host)
        everybodys = everywhere.auth if everywhere else None
        disabled = everywhere is not None and everywhere.disabled
        if asked is not None:
            disabled = flag(asked, "authPolicy", "disabled") is True
            everybodys = told_by(everybodys, asked) if everybodys else None
        return cls(
            estate=estate,
            proxy=proxy,
            name=(text(host, "fqdn") or ANY_HOST).lower(),
            secure=at(host, "tls") is not None,
            over_tls=own.auth if own else everybodys,
            in_clear=everybodys,
            disabled=disabled,
            insecure=insecure,
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
    """One exposure, or two: of what is served in the clear others are asked, or nobody."""
    in_clear = flag(route.node, "permitInsecure") is True and host.insecure
    over_tls, clear = _auth(host, route, secure=True), _auth(host, route, secure=False)
    if not host.secure:
        yield _exposure(host, route, clear, Tls.NONE)
    elif not in_clear:
        yield _exposure(host, route, over_tls, Tls.ONLY)
    elif over_tls == clear:
        yield _exposure(host, route, clear, Tls.OPTIONAL)
    else:
        yield _exposure(host, route, over_tls, Tls.ONLY)
        yield _exposure(host, route, clear, Tls.NONE)


def _auth(host: _Host, route: Route, *, secure: bool) -> Auth | None:
    """Who fails closed counts: a token is verified, and another asked, one after the other."""
    asked = host.over_tls if secure else host.in_clear
    policy = at(route.node, "authPolicy")
    disabled = host.disabled if policy is None else flag(policy, "disabled") is True
    every = [] if asked is None or disabled else [named_by(asked, route.node)]
    if secure:
        more = (verifying(host.proxy, route), by_certificate(host.proxy))
        every += [one for one in more if one is not None]
    closed = [one for one in every if one.fails is Fails.CLOSED]
    return next(iter((*closed, *every)), None)


def _exposure(host: _Host, route: Route, auth: Auth | None, tls: Tls) -> Exposure:
    node, source = route.node, route.of.place(route.node)
    backends = () if refusal_of(host.proxy) else _services(route.of, node)
    token = fate_at_envoy(auth, source)
    taken = _taken(node)
    if not backends:
        token = TokenFate(Reaches.NO, "the proxy answers itself", source)
    elif taken is not None:
        token = TokenFate(Reaches.NO, "the route removes or replaces Authorization", route.of.place(taken))
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


def _taken(node: Node) -> Node | None:
    """Give what takes the header away on the way to the services: of the route, or of each of them."""
    policies = [at(one, "requestHeadersPolicy") for one in items(node, "services")]
    if (found := taken_by(at(node, "requestHeadersPolicy"))) is not None:
        return found
    by_each = [taken_by(one) for one in policies]
    return by_each[0] if by_each and None not in by_each else None


def _verified(proxy: Object, auth: Auth) -> TokenFate:
    providers = items(proxy.node, "spec", "virtualhost", "jwtProviders")
    forwards = (one for one in providers if flag(one, "forwardJWT") and proxy.place(one) == auth.place)
    one = next(forwards, None)
    if one is None:
        return TokenFate(Reaches.NO, "the token is taken away once it is verified", auth.place)
    return TokenFate(Reaches.YES, "forwardJWT passes the token on", proxy.place(at(one, "forwardJWT")))


def _services(of: Object, node: Node) -> tuple[Backend, ...]:
    real = (one for one in items(node, "services") if flag(one, "mirror") is not True)
    return tuple(Backend(of.namespace, text(one, "name") or "", text(one, "port") or "") for one in real)
