"""Is the auth server asked by HAProxy as it must be?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.haproxy_syntax import HaproxyText, Line, Section
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Mechanism
from gateway.audit.normal.haproxy_file import passages_of
from gateway.audit.normal.haproxy_ingress_auth import asked_by, header_lines, listed_headers, lists
from gateway.audit.normal.haproxy_ingress_routes import Route, routes_of
from gateway.audit.normal.haproxy_keys import annotated, config_of, of_config
from gateway.audit.normal.haproxy_questions import Question
from gateway.audit.rule import Hit, Severity, View
from gateway.config.problem import show


def unverified(view: View) -> Iterator[Hit]:
    """HAP-001."""
    for route in routes_of(view.estate):
        url = route.url
        if url is not None and url.value.strip().startswith(("http://", "https://")):
            scheme = url.value.strip().partition(":")[0]
            clear = "in clear" if scheme == "http" else "without verifying its certificate"
            yield Hit(url.place, f"auth-url begins with {scheme}://: it is asked {clear}")
    for text, passages in passages_of(view.estate):
        for question in dict.fromkeys(one for passage in passages for one in passage.chain.questions):
            yield from _of_file(text, question)


def untold(view: View) -> Iterator[Hit]:
    """HAP-002."""
    for route in routes_of(view.estate):
        if route.url is None:
            continue
        lacking = [name for name in _wanted(route) if not _is_told(route, name)]
        if lacking:
            asks = route.asks or route.keys
            passed = listed_headers(asks.text("auth-headers-request", "*"))
            spoofed = passed is None or any(_matches(name, passed) for name in lacking)
            what = f"no headers annotation sets {', '.join(lacking)}"
            yield Hit(route.url.place, what, None if spoofed else Severity.MEDIUM)


def too_early(view: View) -> Iterator[Hit]:
    """HAP-003."""
    for route in routes_of(view.estate):
        if route.url is not None and route.asks is not route.keys:
            what = "the question is asked in the frontend, before the headers are set"
            yield Hit(route.keys.place("auth-external-placement"), what)


def uncontrolled(view: View) -> Iterator[Hit]:
    """HAP-004."""
    for one in view.exposures:
        if one.controller is not Controller.HAPROXY_INGRESS or one.auth is None or one.auth.dialect == "edge":
            continue
        if one.auth.mechanism is not Mechanism.EXTERNAL:
            continue
        if one.auth.response_headers is None:
            yield Hit(one.auth.place, "every header of the answer is copied: auth-headers-succeed is not set")
        elif not lists(one.auth, "authorization"):
            yield Hit(one.token.place, "auth-headers-succeed lacks authorization: the client's own stays")


def plain_service(view: View) -> Iterator[Hit]:
    """HAP-007: only where the Service was given, as its annotations say how it is asked."""
    for route in routes_of(view.estate):
        asked = None if route.url is None else asked_by(route.url.value, route.ingress.namespace)
        if asked is None or asked.scheme != "svc" or asked.service is None:
            continue
        service = view.estate.get("Service", asked.service.namespace, asked.service.name)
        if service is None:
            continue
        secure = annotated(service, Controller.HAPROXY_INGRESS, "secure-backends")
        protocol = annotated(service, Controller.HAPROXY_INGRESS, "backend-protocol")
        by_tls = (secure and secure.value == "true") or (protocol and protocol.value.endswith("-ssl"))
        if not by_tls:
            yield Hit(service.place(), "it is asked in clear: secure-backends is not true")
        elif not annotated(service, Controller.HAPROXY_INGRESS, "secure-verify-ca-secret"):
            yield Hit(service.place(), "its certificate is not verified: secure-verify-ca-secret is not set")
        elif not any(one.endswith(_NAMING) for one in service.annotations):
            yield Hit(
                service.place(), "any name in its certificate will do: secure-verify-hostname is not set"
            )


def unaskable(view: View) -> Iterator[Hit]:
    """HAP-010."""
    config = config_of(view.estate, Controller.HAPROXY_INGRESS)
    for route in routes_of(view.estate):
        url = route.url
        if url is None:
            continue
        asked = asked_by(url.value, route.ingress.namespace)
        if asked is None:
            yield Hit(url.place, "auth-url cannot be used: write svc://namespace/name:port/path")
        elif asked.scheme == "svc" and asked.service and asked.service.namespace != route.ingress.namespace:
            allowed = of_config(config, "cross-namespace-services")
            if config is not None and (allowed is None or allowed.value != "allow"):
                yield Hit(
                    url.place, "the Service is in another namespace: cross-namespace-services is not allow"
                )
    yield from _without_passwords(view)
    for _, passages in passages_of(view.estate):
        for line in dict.fromkeys(one for passage in passages for one in passage.chain.unasked):
            yield Hit(line.place, "nothing sets the variable that this rule waits for")


def without_url(view: View) -> Iterator[Hit]:
    """HAP-011."""
    for route in routes_of(view.estate):
        if route.url is None and route.keys.found("oauth") is None:
            for name in _ONLY_WITH_URL:
                found = annotated(route.ingress, Controller.HAPROXY_INGRESS, name)
                if found is not None:
                    what = f"{name} is set, and auth-url does not count: nobody is asked"
                    yield Hit(found.place, what, about=name)
            written = route.keys.get("auth-url")
            if written is not None:
                what = "auth-external-placement puts the question where no auth-url is read: nobody is asked"
                yield Hit(written.place, what, about="auth-url")
    for ingress in view.estate.of("Ingress"):
        for name in ("auth-secret", "auth-type"):
            found = annotated(ingress, Controller.HAPROXYTECH, name)
            if found is not None and _is_of_haproxytech(ingress, name) and not _is_basic(ingress):
                what = f"{name} is set, and auth-type is not basic-auth: nobody is asked"
                yield Hit(found.place, what, about=name)
                break


# --- private ---

_ONLY_WITH_URL: Final = (
    *("auth-headers-succeed", "auth-headers-request", "auth-headers-fail", "auth-method", "auth-signin"),
    *("auth-external-placement",),
)
_NAMING: Final = ("/secure-verify-hostname", "/secure-sni")
_TECH: Final = ("haproxy.org/", "haproxy.com/")
_WANTED: Final = {
    "X-Forwarded-Uri": ("%[pathq", "%[url", "%[capture.req.uri"),
    "X-Forwarded-Method": ("%[method",),
    "X-Forwarded-Host": ("%[req.hdr(host)", "%[req.fhdr(host)", "%[hdr(host)"),
}


def _is_of_haproxytech(ingress: Object, name: str) -> bool:
    """Its third prefix is the other controller's too."""
    return any(f"{prefix}{name}" in ingress.annotations for prefix in _TECH)


def _without_passwords(view: View) -> Iterator[Hit]:
    for ingress in view.estate.of("Ingress"):
        kind = annotated(ingress, Controller.HAPROXYTECH, "auth-type")
        if kind is not None and _is_of_haproxytech(ingress, "auth-type") and _is_basic(ingress):
            secret = annotated(ingress, Controller.HAPROXYTECH, "auth-secret")
            if secret is None or not secret.value:
                yield Hit(kind.place, "auth-secret is not set: nobody has a password")


def _is_basic(ingress: Object) -> bool:
    found = annotated(ingress, Controller.HAPROXYTECH, "auth-type")
    return found is not None and found.value == "basic-auth"


def _wanted(route: Route) -> tuple[str, ...]:
    """Our own gateway judges the host too."""
    asked = asked_by(route.url.value if route.url else "", route.ingress.namespace)
    ours = asked is not None and asked.dialect is not None
    return tuple(_WANTED) if ours else ("X-Forwarded-Uri", "X-Forwarded-Method")


def _is_told(route: Route, name: str) -> bool:
    key = route.keys.get("request-set-headers") or route.keys.get("headers")
    value = header_lines(key.value).get(name.lower(), "") if key is not None else ""
    return value.lower().startswith(_WANTED[name])


def _matches(name: str, passed: frozenset[str]) -> bool:
    return any(
        one == name.lower() or (one.endswith("*") and name.lower().startswith(one[:-1])) for one in passed
    )


def _of_file(text: HaproxyText, question: Question) -> Iterator[Hit]:
    target = question.target
    if target is not None and not target.is_loopback:
        if target.scheme == "http":
            yield Hit(question.line.place, f"{show(target.host)} is asked in clear")
        elif any(one.words[1:2] == ("none",) for one in _global(text, "httpclient.ssl.verify")):
            what = f"{show(target.host)} is asked without verifying its certificate"
            yield Hit(question.line.place, what)
    behind = None if question.backend is None else text.named("backend", question.backend)
    for server in () if behind is None else behind.of("server"):
        if not _is_safe(server, behind):
            yield Hit(server.place, "it is asked in clear, or without verifying its certificate")


def _global(text: HaproxyText, name: str) -> list[Line]:
    return [line for one in text.sections if one.kind == "global" for line in one.of(name)]


def _is_safe(server: Line, section: Section | None) -> bool:
    address = server.words[2] if len(server.words) > 2 else ""
    defaults = section.setting("default-server")[-1:] if section is not None else ()
    words = (*server.words, *(word for one in defaults for word in one.words))
    if address.startswith(("127.", "localhost:", "unix@", "[::1]", "::1")):
        return True
    verifies = "verify" in words and words[words.index("verify") + 1 :][:1] == ("required",)
    return "ssl" in words and verifies
