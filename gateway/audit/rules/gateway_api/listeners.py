"""Whose routes does a Gateway take, and does it serve protected ones in the clear?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, items, text
from gateway.audit.exposure import Tls
from gateway.audit.normal.gateway_listeners import GROUP
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show


def _anybodys_routes(view: View) -> Iterator[Hit]:
    for gateway in view.estate.of("Gateway", GROUP):
        for listener in items(gateway.node, "spec", "listeners"):
            allowed = at(listener, "allowedRoutes", "namespaces", "from")
            if text(allowed) == "All":
                name = show(text(listener, "name") or "")
                yield Hit(
                    gateway.place(allowed), f"listener {name} takes routes of every namespace", about=name
                )


def _in_clear(view: View) -> Iterator[Hit]:
    for one in view.exposures:
        if one.of is None or one.of.group != GROUP or one.auth is None or not one.backends:
            continue
        if one.tls in {Tls.NONE, Tls.OPTIONAL}:
            host = show(one.host) if one.host else "any host"
            yield Hit(one.source, f"{host} is served without TLS", about=host)
    for gateway in view.estate.of("Gateway", GROUP):
        for listener in items(gateway.node, "spec", "listeners"):
            shared = (text(listener, "allowedRoutes", "namespaces", "from") or "Same") != "Same"
            named = text(listener, "hostname") or "*"
            if shared and named == "*" and text(listener, "protocol") in {"HTTP", "HTTPS"}:
                what = (
                    f"listener {show(text(listener, 'name') or '')} takes other namespaces' "
                    f"routes for any host"
                )
                yield Hit(gateway.place(listener), what, Severity.MEDIUM)


ANYBODYS_ROUTES: Final = Rule(
    id="GWA-007",
    title="A listener takes routes of every namespace",
    severity=Severity.MEDIUM,
    why="Whoever may write a route anywhere in the cluster can take a host or a path of another team.",
    fix="from: Selector with a label that only you set, or from: Same",
    check=_anybodys_routes,
    references=("https://gateway-api.sigs.k8s.io/concepts/security-model/",),
)
IN_CLEAR: Final = Rule(
    id="GWA-008",
    title="A protected host is served in the clear",
    severity=Severity.HIGH,
    why="A token that is sent without TLS can be read and used by whoever is on the way.",
    fix="name the HTTPS listener in parentRefs (sectionName), and redirect on the other; give shared "
    "listeners a hostname",
    check=_in_clear,
    references=("https://www.rfc-editor.org/rfc/rfc6750#section-5.3",),
)
