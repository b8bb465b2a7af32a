"""Is what goes between them encrypted, and with whom? NGX-022, NGX-026, NGX-027."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.nginx_levels import Level, nginx_of
from gateway.audit.exposure import Tls
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress
from gateway.audit.normal.nginx_auth import sub_request
from gateway.audit.normal.nginx_listen import has_certificate
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import ANNOTATIONS, PROXY, ingresses, locations, protected, routes


def _unverified(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        protocol = one.get("backend-protocol")
        if protocol is None or protocol.value.strip().upper() not in {"HTTPS", "GRPCS"}:
            continue
        lacking = _lacking(one)
        if lacking:
            yield Hit(protocol.place, f"the backend's certificate is not verified: {', '.join(lacking)}")
    for level in locations(view):
        yield from _unverified_at(level, view)


def _lacking(one: NginxIngress) -> list[str]:
    verify, secret = one.get("proxy-ssl-verify"), one.get("proxy-ssl-secret")
    return [
        *([] if verify and verify.value.strip() == "on" else ["proxy-ssl-verify is not on"]),
        *([] if secret and "/" in secret.value else ["proxy-ssl-secret names no Secret"]),
        *([] if one.get("proxy-ssl-name") else ["proxy-ssl-name is not set"]),
    ]


def _unverified_at(level: Level, view: View) -> Iterator[Hit]:
    """Of the backend of a protected location, and of the server that is asked."""
    asks = level.last("auth_request")
    if asks is None or asks.first == "off":
        return
    asked = sub_request(level, asks.first, view.estate.once(nginx_of))
    for one in (level, *([asked.level] if asked else [])):
        for line in one.own("proxy_pass"):
            verified = one.says("proxy_ssl_verify", "on") and one.last("proxy_ssl_trusted_certificate")
            if line.first.startswith("https:") and not verified:
                what = (
                    "the certificate is not verified: proxy_ssl_verify on, with proxy_ssl_trusted_certificate"
                )
                yield Hit(one.place(line), what)


def _in_clear(view: View) -> Iterator[Hit]:
    for one in routes(view):
        place = one.of.place() if one.of else one.source
        asked = one.auth is not None
        match one.tls:
            case Tls.NONE if asked:
                yield Hit(place, "no TLS: tokens come in clear")
            case Tls.NONE if one.backends:
                yield Hit(place, "no TLS: what clients send comes in clear", Severity.LOW)
            case Tls.OPTIONAL if asked:
                yield Hit(place, "requests without TLS are served as well")
            case Tls.UNKNOWN if one.of is not None:
                what = "tls lists no hosts: whether the certificate is one for this host cannot be told"
                yield Hit(place, what, Severity.MEDIUM)
            case _:
                pass
    for level in locations(view):
        server = level.nearest("server")
        lines = server.own("listen") if server else []
        if server and any("ssl" in one.arguments for one in lines) and not has_certificate(server):
            yield Hit(server.place(), "it listens with ssl and names no certificate", Severity.MEDIUM)


def _passed_through(view: View) -> Iterator[Hit]:
    for one, _ in protected(view):
        if one.tls is Tls.PASSED_THROUGH and one.controller is not Controller.NGINX:
            what = "the controller sees no request: nobody is asked, whatever else is written here"
            yield Hit(one.token.place, what)


RULES: Final = (
    Rule(
        id="NGX-022",
        title="The backend's certificate is not verified",
        severity=Severity.MEDIUM,
        why="The connection is encrypted, with whoever answers: nginx verifies nothing unless it is told to",
        fix='set proxy-ssl-verify "on", proxy-ssl-secret and proxy-ssl-name, all three',
        check=_unverified,
        references=(f"{ANNOTATIONS}#backend-certificate-authentication", f"{PROXY}#proxy_ssl_verify"),
    ),
    Rule(
        id="NGX-026",
        title="Tokens come in clear",
        severity=Severity.HIGH,
        why="Whoever is on the way reads the token of every request that comes over http",
        fix="add tls for the host and leave ssl-redirect on; in nginx.conf listen with ssl, and only "
        "redirect on 80",
        check=_in_clear,
        references=(
            "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
            f"{ANNOTATIONS}#server-side-https-enforcement-through-redirect",
        ),
    ),
    Rule(
        id="NGX-027",
        title="TLS is passed through, past all authentication",
        severity=Severity.CRITICAL,
        why="The controller hands octets on to the backend: auth-url and every other annotation count "
        "for nothing",
        fix="remove ssl-passthrough",
        check=_passed_through,
        references=(f"{ANNOTATIONS}#ssl-passthrough",),
    ),
)
