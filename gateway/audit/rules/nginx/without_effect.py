"""Is there authentication that does nothing, or gives way? NGX-036, NGX-039."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import Fails
from gateway.audit.normal.ingress_nginx_auth import taking_away
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    AUTH_REQUEST,
    CONFIG_MAP,
    asking,
    ingresses,
    locations,
    provider,
    settings,
)


def _does_nothing(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        for name in taking_away(one) if one.get("auth-url") else ():
            what = f"{name} is not valid, and ingress-nginx drops auth-url with it"
            yield Hit(one.place(name), what, about=name)
    yield from _unread(view)


def _unread(view: View) -> Iterator[Hit]:
    asked_anyway = provider(view).get("globalauthurl") is not None
    for one in ingresses(view):
        for name, leading in _LED.items():
            led = one.written(name)
            if led is None or one.get(leading) is not None:
                continue
            if not (one.is_traefik and asked_anyway and leading == "auth-url"):
                yield Hit(led.place, f"{name} does nothing without {leading}")
    for level in locations(view):
        for name, leading in _LED_LINES.items():
            lead, line = level.last(leading), level.last(name)
            if line is not None and (lead is None or lead.first == "off") and level.public is None:
                yield Hit(level.place(line), f"{name} does nothing without {leading}")
    given = settings(view)
    for key, said in given.said.items():
        if key.startswith("global-auth-") and key != _GLOBAL and given.get(_GLOBAL) is None:
            yield Hit(said.place, f"{key} does nothing without {_GLOBAL}")


def _gives_way(view: View) -> Iterator[Hit]:
    for _, auth in asking(view):
        if auth.fails is Fails.OPEN:
            yield Hit(
                auth.place, "a refusal, or a failure to ask, ends in an answer that lets the request in"
            )


_LED_LINES: Final = {
    "auth_request_set": "auth_request",
    "auth_jwt_key_file": "auth_jwt",
    "auth_jwt_key_request": "auth_jwt",
    "auth_basic_user_file": "auth_basic",
}
"""The same in nginx.conf."""
_GLOBAL: Final = "global-auth-url"
_LED: Final = {
    **dict.fromkeys(
        (
            *("auth-response-headers", "auth-proxy-set-headers", "auth-method", "auth-signin"),
            *("auth-cache-key", "auth-cache-duration", "auth-snippet", "auth-request-redirect"),
        ),
        "auth-url",
    ),
    **dict.fromkeys(("auth-secret", "auth-realm", "auth-secret-type"), "auth-type"),
    **dict.fromkeys(
        (
            *("auth-tls-verify-client", "auth-tls-verify-depth", "auth-tls-match-cn"),
            "auth-tls-pass-certificate-to-upstream",
        ),
        "auth-tls-secret",
    ),
}
"""What each of them belongs to."""

RULES: Final = (
    Rule(
        id="NGX-036",
        title="Authentication is written down, and does nothing",
        severity=Severity.HIGH,
        why="It looks protected, and nobody is asked: the setting that switches it on is missing or empty",
        fix="add the setting that it belongs to, or remove it",
        check=_does_nothing,
        references=(f"{ANNOTATIONS}#external-authentication", f"{CONFIG_MAP}#global-auth-url"),
    ),
    Rule(
        id="NGX-039",
        title="Where asking fails, the request comes in",
        severity=Severity.CRITICAL,
        why="An outage of the asked server, which a client may bring about, opens the door for everybody",
        fix="let error_page of these codes end in a page of nginx's own, and let the question be "
        "answered by a server",
        check=_gives_way,
        references=(
            AUTH_REQUEST,
            "https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page",
        ),
    ),
)
