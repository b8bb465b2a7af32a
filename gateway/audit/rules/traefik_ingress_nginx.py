"""What is lost where Traefik reads the annotations of ingress-nginx? TRF-018.

doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress-nginx: it drops what it does not
know, with no word.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.normal.ingress_nginx_annotations import PREFIX, READ_BY_TRAEFIK
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import asking, ingresses, provider, settings


def _dropped(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        for written in one.ingress.annotations if one.is_traefik else ():
            name = written.removeprefix(PREFIX)
            if written.startswith(PREFIX) and name in _LOST and name not in READ_BY_TRAEFIK:
                yield Hit(one.place(name), f"{name} is dropped: {_LOST[name]}", _SEVERITY.get(name))
    yield from _dropped_settings(view)
    for exposure, auth in asking(view):
        foreign = auth.dialect not in {None, "traefik"}
        if foreign and exposure.controller is Controller.TRAEFIK_INGRESS_NGINX:
            what = f"Traefik asks at /auth/{auth.dialect}/, where headers of its own count for nothing"
            yield Hit(auth.place, what)


def _dropped_settings(view: View) -> Iterator[Hit]:
    """It reads no ConfigMap of ingress-nginx at all."""
    if not any(one.is_traefik for one in ingresses(view)):
        return
    for key, (instead, severity) in _LOST_SETTINGS.items():
        said = settings(view).get(key)
        if said is not None and provider(view).get(instead) is None:
            yield Hit(said.place, f"{key} is dropped: what it kept out comes in", severity)


_LOST_SETTINGS: Final = {
    "global-auth-url": ("globalauthurl", Severity.CRITICAL),
    "denylist-source-range": ("", Severity.CRITICAL),
    "whitelist-source-range": ("", Severity.CRITICAL),
    "block-cidrs": ("", Severity.CRITICAL),
    "block-user-agents": ("", Severity.LOW),
}
"""Of the ConfigMap: the option that takes its place, if there is one."""
_LOST: Final = {
    "auth-tls-match-cn": "every certificate of that authority comes in",
    "denylist-source-range": "the addresses on it come in",
    "satisfy": "all of its conditions hold, or none that it was written for",
    "auth-proxy-set-headers": "the gateway is told none of these, the caller's secret included",
    "auth-cache-key": "every request is asked about",
    "auth-cache-duration": "every request is asked about",
    "auth-keepalive": "connections are Traefik's affair",
    "auth-tls-error-page": "a client without a certificate sees an error of TLS",
    "auth-tls-verify-depth": "chains of any length are taken",
    "auth-request-redirect": "the asked server is told another address to return to",
    "auth-signin-redirect-param": "the parameter has its default name",
    "auth-always-set-cookie": "cookies of a refusal are those of the answer",
    "mirror-target": "no copy is sent",
    "mirror-host": "no copy is sent",
    "mirror-request-body": "no copy is sent",
    "proxy-ssl-verify-depth": "chains of any length are taken",
    "proxy-ssl-ciphers": "Traefik's own are used",
    "proxy-ssl-protocols": "Traefik's own are used",
    "stream-snippet": "nothing takes its place",
}
_SEVERITY: Final = {
    "auth-tls-match-cn": Severity.CRITICAL,
    "denylist-source-range": Severity.CRITICAL,
    "auth-keepalive": Severity.LOW,
    "auth-tls-error-page": Severity.LOW,
    "auth-request-redirect": Severity.LOW,
    "auth-signin-redirect-param": Severity.LOW,
    "auth-always-set-cookie": Severity.LOW,
    "proxy-ssl-ciphers": Severity.LOW,
    "proxy-ssl-protocols": Severity.LOW,
}

RULES: Final = (
    Rule(
        id="TRF-018",
        title="Traefik drops a restriction that ingress-nginx had",
        severity=Severity.HIGH,
        why="The annotation still stands there, and nobody reads it any more; nothing says so",
        fix="use a Middleware of Traefik that does the same, and ask at /auth/traefik/",
        check=_dropped,
        references=(
            "https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress-nginx/",
            "CVE-2026-54762",
        ),
    ),
)
