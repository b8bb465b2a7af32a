"""What does nginx make of a client's header before the backend gets it?

proxy_set_header, grpc_set_header, fastcgi_param and uwsgi_param: what is not set goes on as the client sent
it, and an empty value takes it away (nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header).
"""

from enum import Enum, unique
from typing import Final, NamedTuple

from gateway.audit.estate.nginx_levels import Level, Nginx
from gateway.audit.estate.nginx_syntax import Directive
from gateway.audit.normal.log_format import variables

PASSES: Final = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass")


@unique
class Made(Enum):
    """What becomes of it."""

    KEPT = "kept"
    REPLACED = "replaced"
    """By something else, or by nothing."""
    UNKNOWN = "unknown"


class HeaderFate(NamedTuple):
    """What, and the line that says so; None where no line does."""

    made: Made
    line: Directive | None


def header_fate(level: Level, name: str, nginx: Nginx) -> HeaderFate:
    """Say what becomes of a header, given in lower case, on the way to the backend."""
    lines = [one for one in header_lines(level) if _header_of(one) == name]
    if lines:
        return HeaderFate(_made_by(lines[-1], level, name, nginx), lines[-1])
    module = _module(level)
    if level.says(f"{module}_pass_request_headers", "off"):
        return HeaderFate(Made.REPLACED, level.last(f"{module}_pass_request_headers"))
    included = not_given(level)
    return HeaderFate(Made.UNKNOWN if included else Made.KEPT, included)


def not_given(level: Level) -> Directive | None:
    """Give an `include` around this place whose file was not given, and that may set headers or variables."""
    for around in level.chain():
        for one in around.own("include") if around.kind != "http" else ():
            if not one.first.endswith(_HARMLESS):
                return one
    return None


def replaced_headers(level: Level, nginx: Nginx) -> frozenset[str]:
    """Give the headers that the backend gets from nginx, or not at all; in lower case."""
    names = {_header_of(one) for one in header_lines(level)}
    return frozenset(n for n in names if n and header_fate(level, n, nginx).made is Made.REPLACED)


def header_lines(level: Level) -> list[Directive]:
    """Give the lines that set headers here."""
    return level.all(_DIRECTIVE[_module(level)])


class Sources(NamedTuple):
    """What a variable is made of, at last: names without the dollar."""

    names: tuple[str, ...]
    is_chosen: bool
    """Whether a `map` chooses: which of them it is depends on the request."""


def sources(level: Level, variable: str, nginx: Nginx) -> Sources | None:
    """Follow a variable to what it is made of; None where nothing sets it that was given."""
    name, seen = variable.lower(), set[str]()
    while name not in seen:
        seen.add(name)
        text = _set_to(level, name)
        if text is None:
            mapped = _mapped(name, nginx)
            if mapped is not None:
                return Sources((*variables(mapped.first), *_values(mapped)), is_chosen=True)
            known = name.startswith(_BUILT_IN) or name.isdigit()
            return Sources((name,), is_chosen=False) if known else None
        used = variables(text)
        if len(used) != 1:
            return Sources(tuple(used), is_chosen=False)
        name = used[0]
    return None


# --- private ---

_DIRECTIVE: Final = {
    "proxy": "proxy_set_header",
    "grpc": "grpc_set_header",
    "fastcgi": "fastcgi_param",
    "uwsgi": "uwsgi_param",
    "scgi": "scgi_param",
}
_HARMLESS: Final = (
    *("fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "proxy_params", "mime.types"),
    *("options-ssl-nginx.conf", "ssl-params.conf", "ssl.conf", "gzip.conf", "acme.conf", "letsencrypt.conf"),
)
"""What distributions and certbot put there: none of them sets Authorization."""
_BUILT_IN: Final = (
    *("http_", "upstream_", "sent_", "arg_", "cookie_", "ssl_", "request", "remote_", "proxy_", "server_"),
    *("jwt_", "realip_", "time_", "geoip", "uri", "host", "scheme", "args", "is_args", "query_string"),
    *("document_", "realpath_", "content_", "binary_", "connection", "hostname", "https", "limit_", "body_"),
    *("bytes_", "msec", "nginx_version", "pid", "pipe", "secure_link", "slice_", "status", "tcpinfo_"),
    *("invalid_referer", "memcached_", "date_", "oidc_", "otel_", "fastcgi_", "opentelemetry_"),
)


def _module(level: Level) -> str:
    for name in PASSES:
        if level.own(name):
            return name.removesuffix("_pass")
    return "proxy"


def _header_of(line: Directive) -> str:
    name = line.first.lower()
    if line.name in {"proxy_set_header", "grpc_set_header"}:
        return name
    return name.removeprefix("http_").replace("_", "-") if name.startswith("http_") else ""


def _made_by(line: Directive, level: Level, header: str, nginx: Nginx) -> Made:
    value = line.arguments[1] if len(line.arguments) > 1 else ""
    own = f"http_{header.replace('-', '_')}"
    for one in variables(value):
        found = sources(level, one, nginx)
        if found is None:
            return Made.UNKNOWN
        if own in found.names:
            return Made.UNKNOWN if found.is_chosen else Made.KEPT
    return Made.REPLACED


def _set_to(level: Level, name: str) -> str | None:
    for one in (*reversed(level.all("auth_request_set")), *reversed(_around(level, "set"))):
        if one.first.removeprefix("$").lower() == name and len(one.arguments) > 1:
            return one.arguments[1]
    return None


def _around(level: Level, directive: str) -> list[Directive]:
    return [one for around in reversed(list(level.chain())) for one in around.own(directive)]


def _mapped(name: str, nginx: Nginx) -> Directive | None:
    for http in nginx.https:
        for one in http.own("map"):
            if len(one.arguments) == 2 and one.arguments[1].removeprefix("$").lower() == name:
                return one
    return None


def _values(mapped: Directive) -> list[str]:
    return [name for one in mapped.block or () for value in one.arguments for name in variables(value)]
