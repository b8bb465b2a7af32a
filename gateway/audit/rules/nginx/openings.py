"""Is there a way in past the question? NGX-013 to NGX-016."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.nginx_levels import Level
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress
from gateway.audit.normal.ingress_nginx_auth import auth_of
from gateway.audit.normal.ingress_nginx_settings import NO_AUTH_LOCATIONS, Said
from gateway.audit.normal.nginx_headers import PASSES
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    CONFIG_MAP,
    ingresses,
    locations,
    protected_ingresses,
    provider,
    settings,
)
from gateway.config.problem import show


def _opted_out(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        own = settings(view) if not one.is_traefik else provider(view)
        said = one.get("enable-global-auth")
        off = said is not None and one.truth("enable-global-auth") is False
        if said and off and one.ingress.public is None and auth_of(one, "/", own) is None:
            yield Hit(said.place, "the Ingress takes itself out of the authentication of all others")
    for level in locations(view):
        if level.says("auth_request", "off") and _is_open(level):
            yield Hit(level.place(level.last("auth_request")), "this location takes itself out")


def _is_open(level: Level) -> bool:
    """Whether it reaches a backend, somebody is asked around it, and it is not open on purpose."""
    around = [one for up in level.chain() for one in up.own("auth_request") if one.first != "off"]
    serves = any(level.own(name) for name in PASSES)
    return bool(around) and serves and level.public is None


def _wide(view: View) -> Iterator[Hit]:
    said = settings(view).get("no-auth-locations")
    for path in settings(view).no_auth_locations if said else ():
        if said and not path.startswith(NO_AUTH_LOCATIONS):
            what = f"paths that begin with {show(path)} are open on every host"
            yield Hit(said.place, what, about=path)


def _any(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        said = one.get("satisfy")
        if said is not None and said.value.strip() == "any" and _ways(one) > 1:
            yield Hit(said.place, "an address or a password is enough, and the token is not asked for")
    for level in locations(view):
        asks = level.last("auth_request") or level.last("auth_jwt")
        others = any(level.last(name) for name in ("allow", "auth_basic"))
        if level.says("satisfy", "any") and asks is not None and asks.first != "off" and others:
            what = "an address or a password is enough, and the token is not asked for"
            yield Hit(level.place(level.last("satisfy")), what)


def _ways(one: NginxIngress) -> int:
    names = ("auth-url", "auth-type", "whitelist-source-range", "allowlist-source-range")
    return sum(one.get(name) is not None for name in (*names, "denylist-source-range"))


def _error_pages(view: View) -> Iterator[Hit]:
    for one in protected_ingresses(view):
        said = one.get("custom-http-errors")
        if said is not None:
            yield from _error_hit(said, elsewhere=one.get("default-backend") is not None)
    said = settings(view).get("custom-http-errors")
    if said is not None:
        yield from _error_hit(said, elsewhere=False)


def _error_hit(said: Said, *, elsewhere: bool) -> Iterator[Hit]:
    codes = {one.strip() for one in said.value.split(",")}
    if codes & {"401", "403"}:
        yield Hit(said.place, "the page for refused requests is another server's, and may answer 200")
    elif elsewhere:
        what = "error pages are fetched from another server with the client's headers"
        yield Hit(said.place, what, Severity.MEDIUM)


RULES: Final = (
    Rule(
        id="NGX-013",
        title="Somebody has opted out of the authentication of all others",
        severity=Severity.HIGH,
        why="Nobody is asked about these requests, on a controller or server where everybody relies on it",
        fix="remove the line; or say with token-gateway.dev/public why these paths are open",
        check=_opted_out,
        references=(f"{ANNOTATIONS}#global-external-authentication",),
    ),
    Rule(
        id="NGX-014",
        title="Paths are open on every host",
        severity=Severity.HIGH,
        why="no-auth-locations compares beginnings: /api opens /api-keys too, of all that the "
        "controller serves",
        fix="leave no-auth-locations at /.well-known/acme-challenge",
        check=_wide,
        references=(f"{CONFIG_MAP}#no-auth-locations",),
    ),
    Rule(
        id="NGX-015",
        title="Something weaker stands in for the token",
        severity=Severity.HIGH,
        why="With satisfy any, one of several is enough: from an address on the list nobody is asked "
        "for a token",
        fix="write satisfy all, or remove it",
        check=_any,
        references=("https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy",),
    ),
    Rule(
        id="NGX-016",
        title="The page for a refusal comes from another server",
        severity=Severity.HIGH,
        why="That server gets the client's token, and its 200 can take the place of the refusal",
        fix="take 401 and 403 off custom-http-errors, and trust the error backend with what clients send",
        check=_error_pages,
        references=("CVE-2026-24513", "CVE-2026-41181", f"{CONFIG_MAP}#custom-http-errors"),
    ),
)
