"""What may a client claim? NGX-020, NGX-021, NGX-023 to NGX-025."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import Auth, Backend
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress
from gateway.audit.normal.ingress_nginx_settings import Said
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    CONFIG_MAP,
    asking,
    ingresses,
    locations,
    routes,
    settings,
)


def _addresses(view: View) -> Iterator[Hit]:
    said = settings(view).get("use-forwarded-headers")
    if said is None or said.value != "true":
        return
    trusted = settings(view).get("proxy-real-ip-cidr")
    if trusted is None or _EVERYBODY.intersection(one.strip() for one in trusted.value.split(",")):
        yield Hit(said.place, "X-Forwarded-* is believed, whoever says it")


def _aliases(view: View) -> Iterator[Hit]:
    for key, value, what in _LENIENT:
        said = settings(view).get(key)
        if said is not None and said.value == value:
            yield Hit(said.place, what)
    for level in locations(view):
        for name, value, what in (
            ("underscores_in_headers", "on", _LENIENT[0][2]),
            ("ignore_invalid_headers", "off", _LENIENT[1][2]),
        ):
            line = level.last(name)
            if line is not None and line.first == value:
                yield Hit(level.place(line), what)


def _unverified(view: View) -> Iterator[Hit]:
    ours = {id(one.of): auth for one, auth in asking(view) if auth.dialect is not None}
    for one in ingresses(view):
        secret = one.get("auth-tls-secret")
        if secret is None:
            continue
        if "/" not in secret.value.strip():
            yield Hit(secret.place, "the Secret is not named as namespace/name: no certificate is asked for")
        verify = one.get("auth-tls-verify-client")
        if verify is not None and _is_lax(verify.value.strip(), ours.get(id(one.ingress))):
            yield Hit(verify.place, "a client without a certificate that was verified comes in as well")


def _is_lax(verify: str, ours: Auth | None) -> bool:
    """Our gateway takes no certificate but one of which nginx says SUCCESS."""
    return verify in {"off", "optional_no_ca"} or (verify == "optional" and ours is None)


def _claimed(view: View) -> Iterator[Hit]:
    asked = [one for one in ingresses(view) if one.get("auth-tls-secret")]
    told = {id(one.ingress) for one in asked if one.is_on(_PASSES)}
    secured = {id(one.ingress) for one in asked}
    trusting: dict[Backend, NginxIngress] = {}
    by_object = {id(one.ingress): one for one in asked}
    for route in routes(view):
        if id(route.of) in told:
            trusting.update(dict.fromkeys(route.backends, by_object[id(route.of)]))
    for route in routes(view):
        if route.of is None or id(route.of) in secured or not trusting.keys() & set(route.backends):
            continue
        if route.auth is None or "ssl-client-cert" not in (route.auth.response_headers or ()):
            what = (
                "what a client says in ssl-client-cert reaches a backend that believes it from another door"
            )
            yield Hit(route.source, what)


def _cross_origin(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        if not one.is_on("enable-cors"):
            continue
        origins = one.get("cors-allow-origin")
        if _is_everybody(origins) and one.truth("cors-allow-credentials") is not False:
            what = "every site may call with the visitor's credentials"
            yield Hit(origins.place if origins else one.place("enable-cors"), what)


def _is_everybody(origins: Said | None) -> bool:
    """What is no origin makes `*` of the whole, as if nothing were there."""
    names = [name.strip() for name in origins.value.split(",")] if origins else []
    return not names or any("://" not in name for name in names if name)


_PASSES: Final = "auth-tls-pass-certificate-to-upstream"
_EVERYBODY: Final = frozenset({"0.0.0.0/0", "::/0", ""})
_LENIENT: Final = (
    ("enable-underscores-in-headers", "true", "headers with underscores are passed on"),
    ("ignore-invalid-headers", "false", "headers with strange names are passed on"),
)

RULES: Final = (
    Rule(
        id="NGX-020",
        title="A client can say from where and how it came",
        severity=Severity.MEDIUM,
        why="Address lists, limits and redirects to https then go by what the client has written",
        fix="write the addresses of what stands before nginx into proxy-real-ip-cidr, or switch it off",
        check=_addresses,
        references=(f"{CONFIG_MAP}#use-forwarded-headers",),
    ),
    Rule(
        id="NGX-021",
        title="A header of another spelling gets past",
        severity=Severity.HIGH,
        why="Many backends read X_Auth_Subject as X-Auth-Subject: what was taken away comes in by its alias",
        fix="leave underscores off and ignore_invalid_headers on, as they are by default",
        check=_aliases,
        references=(
            f"{CONFIG_MAP}#enable-underscores-in-headers",
            "https://nginx.org/en/docs/http/ngx_http_core_module.html#underscores_in_headers",
        ),
    ),
    Rule(
        id="NGX-023",
        title="Client certificates are not verified",
        severity=Severity.HIGH,
        why="Who shows none, or one of his own making, comes in; and what it says is passed on as if "
        "it were true",
        fix="set auth-tls-verify-client to on, or ask a gateway that takes none but a verified one",
        check=_unverified,
        references=(f"{ANNOTATIONS}#client-certificate-authentication",),
    ),
    Rule(
        id="NGX-024",
        title="A client can claim a certificate at another door",
        severity=Severity.HIGH,
        why="The backend believes ssl-client-cert, which at this door is whatever the client writes",
        fix="ask for certificates here too, or list ssl-client-cert in auth-response-headers",
        check=_claimed,
        references=(f"{ANNOTATIONS}#client-certificate-authentication",),
    ),
    Rule(
        id="NGX-025",
        title="Every site may call with the visitor's credentials",
        severity=Severity.HIGH,
        why="A page of anybody reads what a visitor may read; both are the default once CORS is on",
        fix="list origins in cors-allow-origin, or set cors-allow-credentials to false",
        check=_cross_origin,
        references=(f"{ANNOTATIONS}#enable-cors",),
    ),
)
