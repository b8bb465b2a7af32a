"""What does HAProxy Ingress make of an Ingress?

https://haproxy-ingress.github.io/docs/configuration/keys/ and pkg/converters/ingress/annotations of its
source: a URL that cannot be used refuses every request; of the answer's headers only those that are there
are written over the client's (haproxy-auth-request), so that one that is not there stays the client's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of
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
from gateway.audit.normal.asked import Asked, asked, asked_service
from gateway.audit.normal.haproxy_guards import chain_of, token_fate
from gateway.audit.normal.haproxy_keys import Key, Keys, config_of, keys_of, of_config
from gateway.audit.normal.haproxy_logs import captured_fields, format_fields
from gateway.audit.normal.ingress_paths import IngressPath, paths_of
from gateway.audit.normal.inline import inline_auth, inline_fate
from gateway.audit.normal.pieces import Piece, pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path of an Ingress, with all that is configured for it."""

    ingress: Object
    path: IngressPath
    keys: Keys

    @property
    def url(self) -> Key | None:
        """Give the auth-url that counts."""
        return self.keys.get("auth-url")


def routes_of(estate: Estate) -> tuple[Route, ...]:
    """Give every path that HAProxy Ingress serves, read once."""
    return estate.once(_routes)


def read(estate: Estate) -> Iterator[Exposure]:
    """Give what each path opens."""
    logs = _logs(config_of(estate, Controller.HAPROXY_INGRESS))
    for route in routes_of(estate):
        for host in _hosts(route):
            for number, piece in enumerate(_pieces(estate, host, route)):
                yield _exposure(estate, host, route, piece, number, logs)


def asked_by(url: str, namespace: str) -> Asked | None:
    """Read an auth-url: `svc://[namespace/]name:port/path` or a URL of HTTP; None refuses every request."""
    scheme, _, rest = url.partition("://")
    if scheme in {"svc", "service"}:
        # no user is meant here, and none is shown
        authority, slash, path = _split_service(rest.rpartition("@")[2])
        name, _, port = authority.rpartition(":")
        owner, _, service = name.rpartition("/")
        return asked_service(owner or namespace, service, port, slash + path) if service and port else None
    return asked(url) if scheme in {"http", "https"} else None


def listed_headers(written: str) -> frozenset[str] | None:
    """Read a list of headers, in lower case; None where any is meant."""
    names = frozenset(one.strip().partition(":")[0].lower() for one in written.split(",")) - {"", "-"}
    return None if "*" in names else names


def lists(auth: Auth, header: str) -> bool:
    """Whether a header of the answer replaces the client's; `x-auth-*` is a pattern."""
    if auth.response_headers is None:
        return True
    return any(fnmatchcase(header, one) for one in auth.response_headers)


def header_lines(written: str) -> dict[str, str]:
    """Read `name: value`, line by line; names in lower case."""
    found: dict[str, str] = {}
    for line in written.splitlines():
        name, _, value = line.strip().replace("\t", " ").partition(" ")
        if ":" in name:
            name, _, more = name.partition(":")
            value = f"{more} {value}"
        if name:
            found[name.lower()] = value.strip().removeprefix(":").strip()
    return found


# --- private ---

_EMPTY: Final = HaproxyText((), ())
_PATH_KINDS: Final = {
    "begin": PathKind.BEGINS_WITH,
    "exact": PathKind.EXACT,
    "prefix": PathKind.PREFIX,
    "regex": PathKind.REGEX,
}


def _routes(estate: Estate) -> tuple[Route, ...]:
    return tuple(_each_route(estate))


def _each_route(estate: Estate) -> Iterator[Route]:
    config = config_of(estate, Controller.HAPROXY_INGRESS)
    for ingress in estate.of("Ingress"):
        if controller_of(estate, ingress) is Controller.HAPROXY_INGRESS:
            for path in paths_of(ingress):
                keys = keys_of(estate, Controller.HAPROXY_INGRESS, ingress, path.backend, config)
                yield Route(ingress=ingress, path=path, keys=keys)


def _split_service(rest: str) -> tuple[str, str, str]:
    """The namespace's slash stands before the port, the path's behind it."""
    before, colon, after = rest.partition(":")
    port, slash, path = after.partition("/")
    return f"{before}{colon}{port}", slash, path


def _hosts(route: Route) -> tuple[str, ...]:
    aliases = route.keys.text("server-alias").replace(",", " ").lower().split()
    regex = [ANY_HOST] if route.keys.get("server-alias-regex") and route.path.host else []
    return tuple(dict.fromkeys((route.path.host, *aliases, *regex)))


def _path(route: Route) -> PathMatch:
    match route.path.path_type:
        case "Exact":
            kind = PathKind.EXACT
        case "Prefix":
            kind = PathKind.PREFIX
        case _:
            kind = _PATH_KINDS.get(route.keys.text("path-type", "begin").lower(), PathKind.UNKNOWN)
    return PathMatch(kind, route.path.path)


def _pieces(estate: Estate, host: str, route: Route) -> tuple[Piece, ...]:
    auth = _auth(route) or inline_auth(estate, route.path.backend, route.ingress.place(route.path.node))
    if auth is not None:
        return (Piece(_path(route), auth),)
    snippet = route.keys.get("config-backend")
    guards = () if snippet is None else chain_of(_EMPTY, read_lines(snippet.value, snippet.place)).guards
    return pieces(host, _path(route), guards)


def _auth(route: Route) -> Auth | None:
    keys, url = route.keys, route.url
    if url is not None:
        return _external(keys, url, asked_by(url.value.strip(), route.ingress.namespace))
    if keys.text("oauth").replace("-", "_") == "oauth2_proxy":
        return Auth(
            mechanism=Mechanism.EXTERNAL,
            place=keys.place("oauth"),
            url=keys.text("oauth-uri-prefix", "/oauth2"),
            response_headers=listed_headers(keys.text("oauth-headers", "X-Auth-Request-Email")),
            removes_unanswered=False,
        )
    if keys.get("auth-secret"):
        return Auth(mechanism=Mechanism.BASIC, place=keys.place("auth-secret"))
    if keys.get("auth-tls-secret") and keys.text("auth-tls-verify-client", "on") == "on":
        return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=keys.place("auth-tls-secret"))
    return None


def _external(keys: Keys, url: Key, whom: Asked | None) -> Auth:
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=url.place,
        url=whom.url if whom else None,
        service=whom.service if whom else None,
        dialect=whom.dialect if whom else None,
        policy=whom.policy if whom else None,
        request_headers=listed_headers(keys.text("auth-headers-request", "*")),
        response_headers=listed_headers(keys.text("auth-headers-succeed", "*")),
        removes_unanswered=False,
    )


def _exposure(
    estate: Estate, host: str, route: Route, piece: Piece, number: int, logs: tuple[LoggedField, ...]
) -> Exposure:
    keys, redirects = route.keys, bool(route.keys.get("redirect-to"))
    backends = () if redirects or route.path.backend is None else (route.path.backend,)
    return Exposure(
        host=host,
        path=piece.path,
        tls=_tls(route),
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


def _tls(route: Route) -> Tls:
    if route.keys.text("ssl-passthrough") == "true" or route.keys.get("tcp-service-port"):
        return Tls.PASSED_THROUGH
    if not route.path.has_tls:
        return Tls.NONE
    return Tls.OPTIONAL if route.keys.text("ssl-redirect", "true") == "false" else Tls.ONLY


def _fate(route: Route, auth: Auth | None, backends: tuple[Backend, ...]) -> TokenFate:
    keys, place = route.keys, route.ingress.place(route.path.node)
    if not backends:
        return TokenFate(Reaches.NO, "the controller answers itself", place)
    removed = keys.get("request-del-headers")
    if removed and "authorization" in (listed_headers(removed.value) or ()):
        return TokenFate(Reaches.NO, "request-del-headers takes Authorization away", removed.place)
    for name in ("request-set-headers", "headers"):
        if (found := keys.get(name)) and "authorization" in header_lines(found.value):
            return TokenFate(Reaches.NO, f"{name} writes another Authorization over it", found.place)
    snippet = keys.get("config-backend")
    if snippet is not None:
        told = token_fate(chain_of(_EMPTY, read_lines(snippet.value, snippet.place)), None, None)
        if told is not None:
            return told
    if auth is None:
        return TokenFate(Reaches.YES, "nobody is asked", place)
    if auth.dialect == "edge":
        return inline_fate(place)
    return _answered(keys, auth)


def _answered(keys: Keys, auth: Auth) -> TokenFate:
    listed = keys.get("auth-headers-succeed")
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
    names = frozenset({"query"}) if form is None or form.value == "default" else format_fields(form.value)
    found = [LoggedField(one, place) for one in sorted(names)]
    for name in ("config-frontend", "config-frontend-early", "config-frontend-late"):
        snippet = of_config(config, name)
        for line in () if snippet is None else read_lines(snippet.value, snippet.place):
            if line.begins("capture", "request", "header") and len(line.words) > 3:
                found.append(LoggedField(line.words[3].lower(), line.place))
            elif line.begins("http-request", "capture"):
                found += [LoggedField(one, line.place) for one in captured_fields(" ".join(line.words[2:]))]
    return tuple(found)
