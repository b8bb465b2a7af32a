"""Who is asked about a location of nginx, by which sub-request, and does anybody come in where that fails?

nginx.org/en/docs/http/ngx_http_auth_request_module.html: 2xx lets a request in, 401 and 403 keep it out,
anything else is an error, which keeps it out as well, unless the configuration makes something else of it.
"""

from typing import Final, NamedTuple

from gateway.audit.estate.nginx_levels import Level, Nginx
from gateway.audit.estate.nginx_syntax import Directive
from gateway.audit.exposure import Auth, AuthCache, Backend, Fails, Mechanism
from gateway.audit.normal.asked_url import AskedUrl, asked_url
from gateway.audit.normal.nginx_headers import PASSES, replaced_headers

DEFAULT_KEY: Final = "$scheme$proxy_host$request_uri"


class SubRequest(NamedTuple):
    """The location that a sub-request goes to."""

    level: Level
    passes: Directive | None
    url: AskedUrl | None
    """Who is asked there, by the address of an `upstream` where it is one."""


def auth_of(level: Level, nginx: Nginx) -> Auth | None:
    """Give what a request has to pass at this location; None where nobody is asked."""
    asks = level.last("auth_request")
    if asks is not None and asks.first != "off":
        return _external(level, asks, nginx)
    for name, mechanism in _BY_ITSELF:
        found = level.last(name)
        if found is not None and found.first not in {"off", ""}:
            return Auth(mechanism=mechanism, place=level.place(found))
    verify = level.last("ssl_verify_client")
    if verify is not None and verify.first == "on":
        return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=level.place(verify))
    return _unknown(level)


def sub_request(level: Level, uri: str, nginx: Nginx) -> SubRequest | None:
    """Find the location of the same server that a URI goes to; None where there is none."""
    server = level.nearest("server")
    found = server.location_of(uri.partition("?")[0]) if server else None
    if found is None:
        return None
    passes = next((one for name in PASSES for one in found.own(name)), None)
    url = asked_url(passes.first) if passes and passes.name == "proxy_pass" else None
    return SubRequest(found, passes, _at_its_address(url, nginx) if url else None)


def backend_of(passes: Directive) -> Backend:
    """Give where a location sends requests to, without user information."""
    url = asked_url(passes.first)
    if url is not None:
        if url.service is not None:
            return url.service
        port = url.url.partition("://")[2].partition("/")[0].rpartition(":")
        return Backend("", url.host, port[2] if port[1] and port[2].isdigit() else "", "address")
    address = passes.first.partition("://")[2] or passes.first
    host, _, port_ = address.partition("/")[0].rpartition("@")[2].partition(":")
    return Backend("", host, port_ if port_.isdigit() else "", "address")


# --- private ---

_BY_ITSELF: Final = (
    ("auth_jwt", Mechanism.JWT),
    ("auth_oidc", Mechanism.OIDC),
    ("auth_basic", Mechanism.BASIC),
)
_HERE: Final = ("127.", "unix:", "[::1]", "localhost")
_LUA: Final = ("access_by_lua_block", "access_by_lua_file", "access_by_lua")
_SAYS_AUTH: Final = ("auth", "sso", "oidc", "vouch")
_REFUSED: Final = frozenset({"401", "403", "500", "502", "503", "504"})


def _external(level: Level, asks: Directive, nginx: Nginx) -> Auth:
    asked = sub_request(level, asks.first, nginx)
    url = asked.url if asked else None
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=level.place(asks),
        url=url.url if url else None,
        service=url.service if url else None,
        dialect=url.dialect if url else None,
        policy=url.policy if url else None,
        request_headers=_sent(asked),
        response_headers=replaced_headers(level, nginx),
        cache=_cache(asked.level) if asked else None,
        fails=_fails(level, asked),
    )


def _sent(asked: SubRequest | None) -> frozenset[str] | None:
    if asked is None or not asked.level.says("proxy_pass_request_headers", "off"):
        return None
    return frozenset(one.first.lower() for one in asked.level.all("proxy_set_header"))


def _cache(asked: Level) -> AuthCache | None:
    zone = asked.last("proxy_cache")
    if zone is None or zone.first == "off":
        return None
    key, valid = asked.last("proxy_cache_key"), asked.all("proxy_cache_valid")
    duration = ", ".join(" ".join(one.arguments) for one in valid)
    return AuthCache(key.first if key else DEFAULT_KEY, duration or None, asked.place(key or zone))


def _fails(level: Level, asked: SubRequest | None) -> Fails:
    if asked is None:
        return Fails.CLOSED  # nginx answers 500, or finds some other location: a rule says so
    for one in asked.level.all("error_page"):
        if any(argument == "=" or argument.startswith("=2") for argument in one.arguments):
            return Fails.OPEN
    if any(one.first.startswith("2") for one in asked.level.own("return")):
        return Fails.OPEN
    for one in level.all("error_page"):
        if _REFUSED.intersection(one.arguments[:-1]) and _goes_to_the_backend(level, one.arguments[-1]):
            return Fails.OPEN
    return Fails.CLOSED


def _goes_to_the_backend(level: Level, target: str) -> bool:
    """Whether a page for the refused is served by what the location protects, with nobody asked."""
    server = level.nearest("server")
    page = server.location_of(target) if server else None
    if page is None:
        return False
    backends = {one.first for around in (level,) for name in PASSES for one in around.own(name)}
    asks = page.last("auth_request")
    is_open = asks is None or asks.first == "off"
    return is_open and any(one.first in backends for name in PASSES for one in page.own(name))


def _unknown(level: Level) -> Auth | None:
    for name in _LUA:
        found = level.last(name)
        if found is not None:
            return Auth(mechanism=Mechanism.UNKNOWN, place=level.place(found))
    for around in level.chain():
        for one in around.own("include"):
            if around.kind != "http" and any(word in one.first.lower() for word in _SAYS_AUTH):
                return Auth(mechanism=Mechanism.UNKNOWN, place=around.place(one))
    return None


def _at_its_address(url: AskedUrl, nginx: Nginx) -> AskedUrl | None:
    """Put the farthest server of an `upstream` in place of its name."""
    upstream = nginx.named("upstream", url.host)
    if upstream is None or upstream.block is None:
        return url
    servers = [one.first for one in upstream.block if one.name == "server" and one.first]
    far = [one for one in servers if not one.startswith(_HERE)]
    address = (far or servers or [url.host])[0]
    path = url.url.partition("://")[2].partition("/")
    return asked_url(
        f"{url.scheme}://{'localhost' if address.startswith('unix:') else address}{path[1]}{path[2]}"
    )
