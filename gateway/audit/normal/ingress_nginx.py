"""What do Ingresses with annotations of ingress-nginx open, under ingress-nginx and under Traefik?

internal/ingress/controller (createServers) of ingress-nginx, and pkg/provider/kubernetes/ingress-nginx of
Traefik, which drops what it does not know: its exposures show what is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.nginx_levels import Level, Nginx
from gateway.audit.estate.place import Place
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
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress, nginx_ingresses
from gateway.audit.normal.ingress_nginx_auth import auth_of, snippet, token_fate
from gateway.audit.normal.ingress_nginx_settings import (
    Settings,
    passes_tls_through,
    settings_of,
    traefik_provider,
)
from gateway.audit.normal.log_format import COMBINED, logged
from gateway.audit.normal.nginx_file import routes_of_server
from gateway.config.tree import Node


def read(estate: Estate) -> Iterator[Exposure]:
    """Give every route of every such Ingress; a canary's as those of the one whose requests it takes."""
    given = estate.once(nginx_ingresses)
    reader = _Reader(
        estate=estate,
        settings={
            Controller.INGRESS_NGINX: estate.once(settings_of),
            Controller.TRAEFIK_INGRESS_NGINX: estate.once(traefik_provider),
        },
        passes_through=passes_tls_through(estate),
        by_regex=frozenset(
            (one.controller, host)
            for one in given
            if one.is_by_regex and not one.is_canary
            for host in one.hosts()
        ),
    )
    found = [route for one in given if not one.is_canary for route in reader.routes(one)]
    yield from found
    main = {(route.controller, route.host, route.path.value): route for route in reversed(found)}
    for one in given:
        if one.is_canary:
            yield from reader.canary(one, main)


# --- private ---

_Main = dict[tuple[Controller, str, str], Exposure]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """One path of one rule, as written."""

    host: str
    path: str
    path_type: str
    backend: Node | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    estate: Estate
    settings: dict[Controller, Settings]
    by_regex: frozenset[tuple[Controller, str]]
    passes_through: bool

    def routes(self, one: NginxIngress) -> Iterator[Exposure]:
        aliases = _aliases(one)
        for route in _written(one):
            exposure = self._exposure(one, route)
            yield exposure
            for alias in aliases if route.host else ():
                yield replace(exposure, host=alias)
        if not one.is_traefik:
            yield from self._by_hand(one)

    def _by_hand(self, one: NginxIngress) -> Iterator[Exposure]:
        """Locations of a server-snippet: nobody is asked there, unless the snippet says so."""
        forbidden = self.settings[one.controller].forbids_snippets
        lines = () if forbidden else snippet(one, "server-snippet")
        place = one.place("server-snippet")
        for route in routes_of_server(Level(head=None, within=lines), Nginx((), ())) if lines else ():
            for host in dict.fromkeys(one.hosts()) if route.backends else ():
                yield replace(
                    route,
                    host=host,
                    tls=self._tls(one, host, self.settings[one.controller]),
                    controller=one.controller,
                    class_name=one.class_name,
                    auth=None if route.auth is None else replace(route.auth, place=place),
                    token=route.token._replace(place=place),
                    mirrors=(),
                    logs=_logs(one, self.settings[one.controller]),
                    public=one.ingress.public,
                    source=place,
                    of=one.ingress,
                )

    def canary(self, one: NginxIngress, main: _Main) -> Iterator[Exposure]:
        """Its own annotations on authentication count for nothing: it shares the location."""
        how = [name for name in ("canary-by-header", "canary-by-cookie", "canary-weight") if one.get(name)]
        for route in _written(one):
            path = self._path(one, route)
            taken_from = main.get((one.controller, route.host, path.value))
            if taken_from is not None:
                yield replace(
                    taken_from,
                    backends=_backends(one, route),
                    conditions=(*taken_from.conditions, *(how or ("canary",))),
                    source=route.place,
                    of=one.ingress,
                )

    def _exposure(self, one: NginxIngress, route: _Route) -> Exposure:
        settings = self.settings[one.controller]
        backends = () if _redirects(one) else _backends(one, route)
        path = self._path(one, route)
        tls = self._tls(one, route.host, settings)
        auth = auth_of(one, route.path, settings, tls)
        return Exposure(
            host=route.host,
            path=path,
            tls=tls,
            controller=one.controller,
            class_name=one.class_name,
            backends=backends,
            auth=auth,
            token=_unseen(one, backends, tls) or token_fate(one, auth, settings, self.estate),
            mirrors=_mirrors(one),
            logs=_logs(one, settings),
            rewrites=one.get("rewrite-target") is not None,
            rank=_rank(path),
            public=one.ingress.public,
            source=route.place,
            of=one.ingress,
        )

    def _path(self, one: NginxIngress, route: _Route) -> PathMatch:
        exact = route.path_type == "Exact"
        if (one.controller, route.host) in self.by_regex and not (exact and one.is_traefik):
            return PathMatch(PathKind.REGEX, f"(?i)^{route.path}")
        if exact:
            return PathMatch(PathKind.EXACT, route.path)
        if route.path_type == "Prefix" or one.is_traefik:
            return PathMatch(PathKind.PREFIX, route.path)
        return PathMatch(PathKind.BEGINS_WITH, route.path)

    def _tls(self, one: NginxIngress, host: str, settings: Settings) -> Tls:
        if one.is_on("ssl-passthrough") and (one.is_traefik or self.passes_through):
            return Tls.PASSED_THROUGH
        if one.is_on("force-ssl-redirect") or settings.is_on("force-ssl-redirect"):
            return Tls.ONLY
        named = one.names_tls(host)
        if not named:
            return Tls.UNKNOWN if named is None else Tls.NONE
        redirects = one.truth("ssl-redirect")
        if redirects is None:
            said = settings.get("ssl-redirect")
            redirects = said is None or said.value != "false"
        return Tls.ONLY if redirects else Tls.OPTIONAL


def _written(one: NginxIngress) -> Iterator[_Route]:
    default = at(one.ingress.node, "spec", "defaultBackend")
    rules = items(one.ingress.node, "spec", "rules")
    for rule in rules:
        host = (text(rule, "host") or ANY_HOST).lower()
        paths = items(rule, "http", "paths")
        for path in paths:
            value = text(path, "path") or "/"
            kind = text(path, "pathType") or "ImplementationSpecific"
            place = one.ingress.place(at(path, "path") or path)
            backend = at(path, "backend")
            yield _Route(host=host, path=value, path_type=kind, backend=backend, place=place)
        if default is not None and all(text(path, "path") != "/" for path in paths):
            yield _default(one, host, default)  # what no other path of this host takes
    if default is not None and not rules:
        yield _default(one, ANY_HOST, default)


def _default(one: NginxIngress, host: str, backend: Node) -> _Route:
    place = one.ingress.place(backend)
    return _Route(host=host, path="/", path_type="Prefix", backend=backend, place=place)


def _backends(one: NginxIngress, route: _Route) -> tuple[Backend, ...]:
    name = text(route.backend, "service", "name")
    if name is not None:
        port = text(route.backend, "service", "port", "number") or text(
            route.backend, "service", "port", "name"
        )
        return (Backend(one.ingress.namespace, name, port or ""),)
    name = text(route.backend, "resource", "name")
    kind = text(route.backend, "resource", "kind") or ""
    return (Backend(one.ingress.namespace, name, "", kind),) if name is not None else ()


def _unseen(one: NginxIngress, backends: tuple[Backend, ...], tls: Tls) -> TokenFate | None:
    """Where no request is passed on, or none is seen."""
    if not backends:
        return TokenFate(Reaches.NO, "the controller answers itself", one.ingress.place())
    if tls is Tls.PASSED_THROUGH:
        why = "the controller sees no request, and takes nothing away"
        return TokenFate(Reaches.YES, why, one.place("ssl-passthrough"))
    return None


def _redirects(one: NginxIngress) -> bool:
    return one.get("permanent-redirect") is not None or one.get("temporal-redirect") is not None


def _aliases(one: NginxIngress) -> tuple[str, ...]:
    """Those that name a host; a regular expression may be any, and a rule says so."""
    said = one.get("server-alias")
    names = [name.strip().lower() for name in said.value.split(",")] if said else []
    return tuple(dict.fromkeys(name for name in names if name and not name.startswith("~")))


def _mirrors(one: NginxIngress) -> tuple[Mirror, ...]:
    said = one.get("mirror-target")
    return (Mirror("the target of mirror-target", said.place),) if said else ()


def _logs(one: NginxIngress, settings: Settings) -> tuple[LoggedField, ...]:
    off = one.truth("enable-access-log") is False
    if one.is_traefik or off or not settings.maps:
        return ()
    if settings.is_on("disable-access-log") or settings.is_on("disable-http-access-log"):
        return ()
    said = settings.get("log-format-upstream")
    if said is None:
        return tuple(logged(COMBINED, settings.maps[0].place()))
    return tuple(logged(said.value, said.place))


def _rank(path: PathMatch) -> tuple[int, ...]:
    """An exact path first, then the longest; of a prefix nginx gets a `/` at the end."""
    if path.kind is PathKind.EXACT:
        return (0,)
    length = len(path.value.removesuffix("/")) + 1 if path.kind is PathKind.PREFIX else len(path.value)
    return (1, -length)
