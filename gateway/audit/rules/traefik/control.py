"""Who may tell Traefik what to do, and is it up to date?"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.audit.normal.traefik.exposures import Route
from gateway.audit.normal.traefik.services import TRAEFIKS_OWN
from gateway.audit.normal.traefik.static import IMAGE, Installation
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import DOCUMENTATION, http_routes, started
from gateway.config.problem import show

FIXED: Final = (3, 7, 13)
"""The first version with the fixes of all that the reference of TRF-006 names."""


def _version(view: View) -> Iterator[Hit]:
    for one in started(view):
        image = one.get(IMAGE)
        found = _TAG.search(image.value.rpartition("/")[2]) if image is not None else None
        if image is not None and found is not None:
            parts = tuple(int(part) for part in found[1].split("."))
            if parts < FIXED[: len(parts)]:
                yield Hit(image.place, f"{show(found[1])} is older than {'.'.join(map(str, FIXED))}")


def _tenants(view: View) -> Iterator[Hit]:
    for one in started(view):
        crossing = one.get("providers.kubernetescrd.allowcrossnamespace")
        if crossing is not None and crossing.value.lower() != "false":
            what = "an IngressRoute may name middlewares and Services of every namespace"
            yield Hit(crossing.place, what, about="namespace")
        for provider in _PROVIDERS:
            yield from _unbound(one, provider)
    yield from _internal(view)


def _dashboard(view: View) -> Iterator[Hit]:
    for one in started(view):
        for name, what in _INSECURE.items():
            said = one.get(name)
            if said is not None and said.value.lower() != "false":
                yield Hit(said.place, what, about=name)
    for route in http_routes(view):
        own = _own(route, _CONTROLLING)
        if own and route.auth is None:
            what = f"{show(own)} is shown to whoever comes"
            yield Hit(route.router.place, what, _how_open(route), own)


# --- private ---

_TAG: Final = re.compile(r":v?([0-9]{1,4}(?:\.[0-9]{1,4}){0,2})(?![0-9.])")
_PROVIDERS: Final = ("kubernetescrd", "kubernetesingress")
_CONTROLLING: Final = frozenset({"api@internal", "dashboard@internal", "rest@internal"})
_INSECURE: Final = {
    "api.insecure": "the API and the dashboard are open on the entry point traefik",
    "providers.rest.insecure": "whoever comes may write routers",
}
_LISTS: Final = frozenset({"ipallowlist", "ipwhitelist"})


def _unbound(one: Installation, provider: str) -> Iterator[Hit]:
    """Traefik takes an empty list for none: no namespace is restricted by it."""
    prefix = f"providers.{provider}"
    switch = one.get(prefix) or next((setting for _, setting in one.under(f"{prefix}.")), None)
    if switch is None or switch.value.lower() == "false":
        return
    watched = one.get(f"{prefix}.namespaces")
    if watched is not None and len(watched.words) == 1:
        return  # there is but one tenant
    listed = one.get(f"{prefix}.crossprovidernamespaces")
    if listed is None or not listed.words:
        what = f"every namespace may refer to what other providers have ({provider}.crossProviderNamespaces)"
        yield Hit(listed.place if listed else switch.place, what, Severity.MEDIUM, provider)


def _internal(view: View) -> Iterator[Hit]:
    homes = {one.namespace for one in started(view) if one.namespace}
    for route in http_routes(view):
        own = _own(route, None)
        if own and homes and route.router.origin.of is not None and route.router.namespace not in homes:
            what = f"the namespace {show(route.router.namespace)} opens {show(own)}, which is Traefik's own"
            yield Hit(route.router.place, what, about=own)


def _own(route: Route, names: frozenset[str] | None) -> str:
    """Which service of Traefik's own it leads to; empty for none."""
    found = (one.name for one in route.served.backends if one.kind == TRAEFIKS_OWN)
    return next((one for one in found if names is None or one in names), "")


def _how_open(route: Route) -> Severity:
    """An entry point of its own, or a list of addresses, keeps the world off it, if nothing else does."""
    apart = [one.lower() for one in route.router.entry_points] == ["traefik"]
    listed = any(step.kind in _LISTS for step in route.steps)
    return Severity.MEDIUM if apart or listed else Severity.CRITICAL


VERSION: Final = Rule(
    id="TRF-006",
    title="Traefik is older than its fixes",
    severity=Severity.HIGH,
    why="Older versions let requests past ForwardAuth or past a router's rule in several ways.",
    fix="run 3.7.13 or later",
    check=_version,
    references=(
        *("CVE-2026-35051", "CVE-2026-54764", "CVE-2026-54763", "CVE-2026-88011", "CVE-2026-29054"),
        *("CVE-2026-48020", "CVE-2026-40912", "CVE-2026-67309", "CVE-2026-65600", "CVE-2025-66490"),
        *("CVE-2026-54762", "CVE-2026-41181", "CVE-2026-26998", "CVE-2026-41174", "CVE-2026-65601"),
    ),
)
TENANTS: Final = Rule(
    id="TRF-010",
    title="A namespace may use what is another's",
    severity=Severity.HIGH,
    why="Whoever may write objects in one namespace can route to the Services of another, past its "
    "middlewares, or borrow what the operator has written for himself.",
    fix="leave allowCrossNamespace false, and name in crossProviderNamespaces the operator's namespace "
    "alone: an empty list restricts nobody",
    check=_tenants,
    references=(
        f"{DOCUMENTATION}install-configuration/providers/kubernetes/kubernetes-crd/",
        *("CVE-2026-41174", "CVE-2026-65601", "CVE-2026-71327"),
    ),
)
DASHBOARD: Final = Rule(
    id="TRF-011",
    title="Traefik's own interface is open",
    severity=Severity.CRITICAL,
    why="It shows every router, middleware and backend address, and with them the secrets that were written "
    "into middlewares; the REST provider lets its callers write routers.",
    fix="take insecure away, and put a router with a middleware that asks who it is before api@internal",
    check=_dashboard,
    references=(f"{DOCUMENTATION}install-configuration/api-dashboard/",),
)
