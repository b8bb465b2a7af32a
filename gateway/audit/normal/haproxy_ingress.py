"""What does HAProxy Ingress make of an Ingress?

https://haproxy-ingress.github.io/docs/configuration/keys/ and pkg/converters/ingress of its source, compared
with version 0.16.1 (tests/audit/witnessed). Who is asked is in haproxy_ingress_auth.py.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.haproxy_syntax import HaproxyText, read_lines
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
from gateway.audit.normal.haproxy_guards import chain_of, token_fate
from gateway.audit.normal.haproxy_ingress_auth import guards_of, header_lines, lists
from gateway.audit.normal.haproxy_ingress_routes import Route, routes_of, secured_hosts
from gateway.audit.normal.haproxy_keys import Keys, config_of, of_config
from gateway.audit.normal.haproxy_logs import captured_fields, format_fields
from gateway.audit.normal.inline import inline_fate
from gateway.audit.normal.pieces import Piece, pieces


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each path opens."""
    logs = _logs(config_of(estate, Controller.HAPROXY_INGRESS))
    for route in routes_of(estate):
        path, guards = _path(route), guards_of(estate, route)
        for host in _hosts(route):
            for number, piece in enumerate(pieces(host, path, guards)):
                yield _exposure(estate, host, route, piece, number, logs)


# --- private ---

_EMPTY: Final = HaproxyText((), ())
_PATH_KINDS: Final = {
    "exact": PathKind.EXACT,
    "prefix": PathKind.PREFIX,
    "regex": PathKind.REGEX,
}


def _hosts(route: Route) -> tuple[str, ...]:
    aliases = route.keys.text("server-alias").replace(",", " ").lower().split()
    regex = [ANY_HOST] if route.keys.get("server-alias-regex") and route.path.host else []
    return tuple(dict.fromkeys((route.path.host, *aliases, *regex)))


def _path(route: Route) -> PathMatch:
    """What it does not know begins with the path."""
    match route.path.path_type:
        case "Exact":
            kind = PathKind.EXACT
        case "Prefix":
            kind = PathKind.PREFIX
        case _:
            kind = _PATH_KINDS.get(route.keys.text("path-type").lower(), PathKind.BEGINS_WITH)
    return PathMatch(kind, route.path.path)


def _exposure(
    estate: Estate, host: str, route: Route, piece: Piece, number: int, logs: tuple[LoggedField, ...]
) -> Exposure:
    keys, redirects = route.keys, bool(route.keys.get("redirect-to"))
    backends = () if redirects or route.path.backend is None else (route.path.backend,)
    return Exposure(
        host=host,
        path=piece.path,
        tls=_tls(estate, route),
        controller=Controller.HAPROXY_INGRESS,
        class_name=class_of(estate, route.ingress),
        backends=backends,
        auth=piece.auth,
        token=_fate(route, piece.auth, backends),
        logs=logs,
        rewrites=keys.get("rewrite-target") is not None,
        conditions=_conditions(keys, piece),
        rank=_rank(piece.path, number),
        public=route.ingress.public,
        source=route.ingress.place(route.path.node),
        of=route.ingress,
    )


def _conditions(keys: Keys, piece: Piece) -> tuple[str, ...]:
    headers = ("http-header-match", "http-header-match-regex")
    found = ["a header" for name in headers if keys.get(name)]
    return (*found, *([piece.condition] if piece.condition else []))


def _rank(path: PathMatch, number: int) -> tuple[int, ...]:
    """The longest first; exact ones before others."""
    return (0 if path.kind is PathKind.EXACT else 1, -len(path.value), number)


def _tls(estate: Estate, route: Route) -> Tls:
    """Any Ingress of the host may name it in `spec.tls`, and only by its full name; the default host is
    served in clear as well.
    """
    keys = route.keys
    if keys.is_true("ssl-passthrough") or keys.get("tcp-service-port"):
        return Tls.PASSED_THROUGH
    if not route.path.host:
        return Tls.OPTIONAL if route.path.has_tls else Tls.NONE
    if route.path.host not in estate.once(secured_hosts):
        return Tls.NONE
    return Tls.ONLY if keys.is_true("ssl-redirect", default=True) else Tls.OPTIONAL


def _fate(route: Route, auth: Auth | None, backends: tuple[Backend, ...]) -> TokenFate:
    keys, place = route.keys, route.ingress.place(route.path.node)
    if not backends:
        return TokenFate(Reaches.NO, "the controller answers itself", place)
    written = keys.get("headers")
    if written is not None and "authorization" in header_lines(written.value):
        return TokenFate(Reaches.NO, "headers writes another Authorization over it", written.place)
    told = token_fate(chain_of(_EMPTY, route.early, route.late), None, None)
    if told is not None:
        return told
    newer = _of_newer(route)
    if newer is not None:
        return newer
    if auth is None:
        return TokenFate(Reaches.YES, "nobody is asked", place)
    if auth.dialect == "edge":
        return inline_fate(place)
    return _answered(route, auth)


def _of_newer(route: Route) -> TokenFate | None:
    """0.16.1 knows neither of the two keys, and lets the client's through; 0.17.0-alpha.2 has them."""
    for name in ("request-del-headers", "request-set-headers"):
        found = route.keys.get(name)
        if found is not None and "authorization" in _names(name, found.value):
            why = f"only version 0.17 and later know {name}"
            return TokenFate(Reaches.CANNOT_TELL, why, found.place)
    return None


def _names(key: str, written: str) -> frozenset[str]:
    if key == "request-set-headers":
        return frozenset(header_lines(written))
    return frozenset(one.strip().lower() for one in written.replace("\n", ",").split(","))


def _answered(route: Route, auth: Auth) -> TokenFate:
    listed = None if route.asks is None else route.asks.found("auth-headers-succeed")
    place = auth.place if listed is None else listed.place
    if auth.mechanism is not Mechanism.EXTERNAL or not lists(auth, "authorization"):
        return TokenFate(Reaches.YES, "nothing takes Authorization away", place)
    if auth.dialect is not None:
        return TokenFate(Reaches.NO, "the gateway's Authorization is written over the client's", place)
    why = "Authorization is overwritten only where the answer has one"
    return TokenFate(Reaches.CANNOT_TELL, why, place)


def _logs(config: Object | None) -> tuple[LoggedField, ...]:
    """Nothing is logged without a syslog-endpoint; the default format has the whole request line."""
    if config is None or of_config(config, "syslog-endpoint") is None:
        return ()
    form = of_config(config, "http-log-format")
    place = config.place() if form is None else form.place
    names = format_fields(form.value) if form is not None and form.value else frozenset({"query"})
    found = [LoggedField(one, place) for one in sorted(names)]
    for name in ("config-frontend", "config-frontend-early", "config-frontend-late"):
        snippet = of_config(config, name)
        for line in () if snippet is None else read_lines(snippet.value, snippet.place):
            if line.begins("capture", "request", "header") and len(line.words) > 3:
                found.append(LoggedField(line.words[3].lower(), line.place))
            elif line.begins("http-request", "capture"):
                found += [LoggedField(one, line.place) for one in captured_fields(" ".join(line.words[2:]))]
    return tuple(found)
