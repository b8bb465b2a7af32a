"""Whom does nginx ask, and how? NGX-003 to NGX-005, NGX-031, NGX-032."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from gateway.audit.controller import Controller
from gateway.audit.estate.nginx_levels import nginx_of
from gateway.audit.exposure import Auth, Exposure
from gateway.audit.normal.asked_url import AskedUrl, asked_url
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress
from gateway.audit.normal.ingress_nginx_settings import Said
from gateway.audit.normal.nginx_auth import sub_request
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    AUTH_REQUEST,
    asking,
    ingresses,
    locations,
    provider,
    settings,
)
from gateway.config.problem import show


def _clear(view: View) -> Iterator[Hit]:
    for one, auth in asking(view):
        url = asked_url(auth.url or "")
        if url is not None and url.scheme == "http" and not url.is_here and not _is_beside(one, url):
            yield Hit(auth.place, f"{show(url.host)} is asked over http, with the client's token")


def _is_beside(one: Exposure, url: AskedUrl) -> bool:
    return one.of is not None and url.service is not None and url.service.namespace == one.of.namespace


def _variable(view: View) -> Iterator[Hit]:
    for said in _urls(view):
        if "$" in said.value:
            yield Hit(said.place, "the URL has variables of the request in it")


def _unfit(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        written = one.written("auth-url")
        if written is not None and not written.value.strip():
            yield Hit(written.place, "the URL is empty: the annotation counts for nothing")
        told = one.get("auth-proxy-set-headers")
        if told is not None and not one.is_traefik and "/" not in told.value:
            what = "auth-proxy-set-headers names no namespace: none is found, and every request is refused"
            yield Hit(told.place, what, Severity.MEDIUM)
    for said in _urls(view):
        url = asked_url(said.value)
        if url is None and "$" not in said.value:
            yield Hit(said.place, "this is no URL of a server: every request is refused")
        elif url is not None and url.has_user:
            yield Hit(said.place, "a user or a password is written into the URL")
    for route, auth in asking(view):
        yield from _wrong_dialect(route, auth)
    yield from _astray(view)


def _astray(view: View) -> Iterator[Hit]:
    """A location that is not there leads to another, as `location /`: then the backend itself is asked."""
    for level in locations(view):
        asks = level.last("auth_request")
        if asks is None or asks.first == "off":
            continue
        asked = sub_request(level, asks.first, view.estate.once(nginx_of))
        if asked is None or asked.passes is None or asked.level is level:
            yield Hit(level.place(asks), "what it asks is no location of its own that asks a server")


def _wrong_dialect(one: Exposure, auth: Auth) -> Iterator[Hit]:
    """Traefik's is TRF-018."""
    foreign = auth.dialect not in {None, "nginx"}
    if foreign and one.controller is not Controller.TRAEFIK_INGRESS_NGINX:
        yield Hit(
            auth.place, f"nginx asks at /auth/{auth.dialect}/, where headers of its own count for nothing"
        )


def _keepalive(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        said = one.get("auth-keepalive")
        if said is not None and said.value.strip().isdigit() and int(said.value.strip()) > 0:
            yield Hit(said.place, "connections to the asked server are kept")


def _sign_in(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        said = one.get("auth-signin")
        if said is None:
            continue
        host = _host_of(said.value)
        if said.value.strip().lower().startswith("http:"):
            yield Hit(said.place, "people are sent to sign in over http")
        elif host is not None and not _is_same_site(one, host):
            yield Hit(said.place, f"people are sent to {show(host)}, which is another site")


def _host_of(url: str) -> str | None:
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return None if host is None or "$" in host else host.lower()


def _is_same_site(one: NginxIngress, host: str) -> bool:
    """By the last two labels, which is too generous below `co.uk`, and refuses nobody's own names."""
    site = host.split(".")[-2:]
    hosts = [known for known in one.hosts() if known]
    return not hosts or any(known.split(".")[-2:] == site for known in hosts)


def _urls(view: View) -> Iterator[Said]:
    found = [one.get("auth-url") for one in ingresses(view)]
    for said in (*found, settings(view).get("global-auth-url"), provider(view).get("globalauthurl")):
        if said is not None:
            yield said


RULES: Final = (
    Rule(
        id="NGX-003",
        title="The client's token crosses the network in clear",
        severity=Severity.HIGH,
        why="Every question holds the client's headers: whoever listens between the two has its tokens",
        fix="ask over https, and let a NetworkPolicy say who may reach that server",
        check=_clear,
        references=(f"{ANNOTATIONS}#external-authentication", AUTH_REQUEST),
    ),
    Rule(
        id="NGX-004",
        title="The client has a say in who is asked",
        severity=Severity.HIGH,
        why="A variable such as $host is what a client writes: it can name another policy, or another server",
        fix="write the URL out, one for each host",
        check=_variable,
        references=(f"{ANNOTATIONS}#external-authentication", "CVE-2025-24514"),
    ),
    Rule(
        id="NGX-005",
        title="The question cannot be asked as it is written",
        severity=Severity.HIGH,
        why="An empty one asks nobody; any other that does not fit refuses everybody, or asks in the "
        "wrong way",
        fix="write https://NAME.NAMESPACE.svc:PORT/auth/nginx/POLICY, without user and password; a ConfigMap "
        "as NAMESPACE/NAME",
        check=_unfit,
        references=(f"{ANNOTATIONS}#external-authentication", AUTH_REQUEST),
    ),
    Rule(
        id="NGX-031",
        title="Connections to the asked server are kept in a way that loses answers",
        severity=Severity.LOW,
        why="Questions then go another way: only 200 lets in, and the challenge of a 401 is dropped",
        fix="remove auth-keepalive",
        check=_keepalive,
        references=(f"{ANNOTATIONS}#external-authentication",),
    ),
    Rule(
        id="NGX-032",
        title="Sign-in leads to another site, or over http",
        severity=Severity.MEDIUM,
        why="Codes and cookies of a sign-in go with the redirect, and whoever owns that site can take them",
        fix="write an https URL of the same site",
        check=_sign_in,
        references=(f"{ANNOTATIONS}#external-authentication",),
    ),
)
