"""How does Traefik ask who may pass?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import Auth
from gateway.audit.normal.asked import asked
from gateway.audit.normal.traefik.asks import PASSWORDS, auth_of
from gateway.audit.normal.traefik.dynamic import CRD, Named, dynamic
from gateway.audit.normal.traefik.spelled import entries, get, is_on, word
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import (
    FORWARD_AUTH,
    MIDDLEWARES,
    Defined,
    defined,
    entry_points,
    http_routes,
    is_named_by_a_route,
    started,
    trusts_everybody,
    users,
    whole,
)
from gateway.config.problem import show


def _clear_text(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        whom = asked(word(one.node, "address") or "")
        if whom is None or whom.scheme not in {"http", "https"}:
            yield Hit(one.place("address"), "the address is no URL of http or https: nobody is asked there")
        elif whom.scheme == "http" and not whom.is_loopback:
            yield Hit(one.place("address"), f"{show(whom.host)} is asked over http, with the client's token")


def _forwarded_headers(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        said = (word(one.node, "trustForwardHeader") or "").lower()
        if said == "true":
            yield from _trusted(view, one)
        elif said != "false":
            what = "trustForwardHeader is not set: some headers of the client that say where it goes are kept"
            yield Hit(one.place("trustForwardHeader"), what)


def _trusted(view: View, one: Defined) -> Iterator[Hit]:
    place = one.place("trustForwardHeader")
    if not started(view):
        what = "trustForwardHeader is true, and whether the entry point drops a client's headers is not shown"
        yield Hit(place, what, Severity.MEDIUM)
        return
    points = {point.name: point for route in users(view, one) for point in route.doors.entry_points}
    for point in points.values() or tuple(entry_points(view)):
        named = show(point.name)
        if trusts_everybody(point) is not None:
            what = f"trustForwardHeader is true, and the entry point {named} believes every client"
            yield Hit(place, what, about=point.name)
        elif not any(point.get(f"forwardedheaders.{name}") for name in ("insecure", "trustedips")):
            what = f"trustForwardHeader is true, and nobody says whom the entry point {named} believes"
            yield Hit(place, what, Severity.MEDIUM, point.name)


def _unverified(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        if is_on(one.node, "tls", "insecureSkipVerify"):
            yield Hit(one.place("tls", "insecureSkipVerify"), _UNVERIFIED)
    given = dynamic(view.estate)
    for transport in (*given.transports.all, *given.tcp_transports.all):
        yield from _not_verifying(transport)
    for traefik in started(view):
        said = traefik.get("serverstransport.insecureskipverify")
        if said is not None and said.value.lower() != "false":
            yield Hit(said.place, "no backend's certificate is verified")


def _not_verifying(transport: Named) -> Iterator[Hit]:
    for steps in (("insecureSkipVerify",), ("tls", "insecureSkipVerify")):
        if is_on(transport.node, *steps):
            yield Hit(transport.origin.place(get(transport.node, *steps)), _UNVERIFIED)


def _unbounded(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        if whole(get(one.node, "maxResponseBodySize")) is None:
            yield Hit(one.place("maxResponseBodySize"), "maxResponseBodySize sets no bound", about="response")
        if is_on(one.node, "forwardBody") and whole(get(one.node, "maxBodySize")) is None:
            what = "forwardBody is true, and maxBodySize sets no bound"
            yield Hit(one.place("forwardBody"), what, about="request")


def _other_dialect(view: View) -> Iterator[Hit]:
    for auth in _asked_by_routers(view):
        if auth.dialect not in {None, "traefik"}:
            what = f"the gateway is asked as {auth.dialect} does, and does not hear of Traefik's headers"
            yield Hit(auth.place, what)


def _not_asked(view: View) -> Iterator[Hit]:
    shown = {one.router.namespace for one in http_routes(view)}
    crossing = any(one.is_on("providers.kubernetescrd.allowcrossnamespace") for one in started(view))
    for one in defined(view, "forwardauth", *PASSWORDS):
        there = one.by.namespace in shown if one.by.provider == CRD else bool(shown)
        if crossing and not view.estate.is_whole_of("IngressRoute"):
            continue  # a router of a namespace that was not given may pass it
        if there and not is_named_by_a_route(view, one):
            kind = next(kind for kind, node in entries(one.by.node) if node is one.node)
            yield Hit(one.place(), f"no router passes this {show(kind)}")


# --- private ---

_UNVERIFIED: Final = "insecureSkipVerify is true: whoever is in between may answer"


def _asked_by_routers(view: View) -> dict[Auth, None]:
    found = (auth_of(route.steps) for route in http_routes(view))
    return dict.fromkeys(one for one in found if one is not None)


CLEAR_TEXT: Final = Rule(
    id="TRF-001",
    title="ForwardAuth sends tokens in clear text",
    severity=Severity.HIGH,
    why="Whoever reads along between Traefik and the server that is asked has the client's tokens, and "
    "whoever is in between may answer that a request is allowed.",
    fix="ask over https, and name in tls.caSecret (in a file: tls.ca) who vouches for the server",
    check=_clear_text,
    references=(FORWARD_AUTH,),
)
FORWARDED_HEADERS: Final = Rule(
    id="TRF-002",
    title="The client may say which path is judged",
    severity=Severity.HIGH,
    why="The server that is asked judges X-Forwarded-Uri, -Method and -Host. If they come from the client, "
    "one request is judged and another is served.",
    fix="set trustForwardHeader to false; or to true, with forwardedHeaders.trustedIPs on the entry point "
    "naming the proxies before it and nobody else",
    check=_forwarded_headers,
    references=(FORWARD_AUTH, "CVE-2026-35051", "CVE-2026-54764", "CVE-2026-40575"),
)
UNVERIFIED: Final = Rule(
    id="TRF-007",
    title="A certificate is not verified",
    severity=Severity.HIGH,
    why="Encryption without a verified certificate protects from nobody who stands in between: he reads the "
    "tokens, and answers in the place of the server.",
    fix="take insecureSkipVerify away, and name the authority in tls.caSecret or rootCAs",
    check=_unverified,
    references=(FORWARD_AUTH,),
)
UNBOUNDED: Final = Rule(
    id="TRF-009",
    title="ForwardAuth reads bodies without a bound",
    severity=Severity.MEDIUM,
    why="Traefik keeps the whole body in memory: of the answer, and with forwardBody of every request before "
    "anybody is known. A few large ones are enough to end it.",
    fix="set maxResponseBodySize, such as 65536, and maxBodySize where forwardBody is true",
    check=_unbounded,
    references=(FORWARD_AUTH, "CVE-2026-26998"),
)
OTHER_DIALECT: Final = Rule(
    id="TRF-023",
    title="The gateway is asked in another proxy's dialect",
    severity=Severity.HIGH,
    why="Under the path of another proxy the gateway reads headers that Traefik does not set, so that they "
    "come from the client, or it refuses every request.",
    fix="write /auth/traefik/<policy> in the address",
    check=_other_dialect,
    references=(FORWARD_AUTH,),
)
NOT_ASKED: Final = Rule(
    id="TRF-024",
    title="A middleware that asks who it is, and that no router passes",
    severity=Severity.MEDIUM,
    why="It protects nothing. Often a router has lost it, or spells its name otherwise, and is open.",
    fix="name it in the router that it is for, or take it away",
    check=_not_asked,
    references=(f"{MIDDLEWARES}overview/",),
)
