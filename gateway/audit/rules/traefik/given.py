"""What do the rules on Traefik look at, beside the normal form?"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items
from gateway.audit.estate.place import Place
from gateway.audit.normal.traefik.chain import Step
from gateway.audit.normal.traefik.doors import Doors
from gateway.audit.normal.traefik.dynamic import Named, dynamic
from gateway.audit.normal.traefik.exposures import Route, routes
from gateway.audit.normal.traefik.filters import steps_of_filters
from gateway.audit.normal.traefik.router import Protocol
from gateway.audit.normal.traefik.spelled import entries, get, word
from gateway.audit.normal.traefik.static import EntryPoint, Installation, installations
from gateway.audit.rule import View
from gateway.config.tree import Node

DOCUMENTATION: Final = "https://doc.traefik.io/traefik/reference/"
MIDDLEWARES: Final = f"{DOCUMENTATION}routing-configuration/http/middlewares/"
FORWARD_AUTH: Final = f"{MIDDLEWARES}forwardauth/"
ENTRY_POINTS: Final = f"{DOCUMENTATION}install-configuration/entrypoints/"


class Defined(NamedTuple):
    """One middleware, by itself."""

    by: Named
    node: Node
    """Its settings."""

    def place(self, *steps: str) -> Place:
        """Give the place of one of its settings; its own where that is not there."""
        return self.by.origin.place(get(self.node, *steps) or self.node)


def defined(view: View, *kinds: str) -> Iterator[Defined]:
    """Give the middlewares of these kinds (in lower case)."""
    by_kind = view.estate.once(_by_kind)
    for kind in kinds:
        yield from by_kind.get(kind, ())


def http_routes(view: View) -> Iterator[Route]:
    """Give the routers that read requests."""
    return (one for one in routes(view.estate) if one.router.protocol is Protocol.HTTP)


def users(view: View, one: Defined) -> tuple[Route, ...]:
    """Give the routers whose requests pass a middleware."""
    return view.estate.once(_users).get(id(one.by), ())


def is_named_by_a_route(view: View, one: Defined) -> bool:
    """Whether a router passes it, or an HTTPRoute names it in an `extensionRef`."""
    return bool(users(view, one)) or id(one.by) in view.estate.once(_in_extensions)


def entry_points(view: View) -> Iterator[EntryPoint]:
    """Give the entry points that clients come to."""
    for one in installations(view.estate):
        yield from (point for point in one.entry_points if not point.is_for_operators)


def started(view: View) -> tuple[Installation, ...]:
    """Give every Traefik whose settings were given."""
    return installations(view.estate)


def trusts_everybody(point: EntryPoint) -> Place | None:
    """Give the line by which it believes whoever comes, if there is one."""
    for name in ("forwardedheaders.insecure", "proxyprotocol.insecure"):
        said = point.get(name)
        if said is not None and said.value.lower() != "false":
            return said.place
    for name in ("forwardedheaders.trustedips", "proxyprotocol.trustedips"):
        said = point.get(name)
        if said is not None and any(one.endswith("/0") for one in said.words):
            return said.place
    return None


def doors_of(routes_of_it: tuple[Route, ...]) -> Iterator[Doors]:
    """Give the doors of routers."""
    return (one.doors for one in routes_of_it)


def after(route: Route, one: Defined) -> tuple[Step, ...]:
    """Give the steps of a router that come after one of them."""
    steps = route.steps
    last = max((index for index, step in enumerate(steps) if step.by is one.by), default=len(steps))
    return steps[last + 1 :]


def whole(node: Node | None) -> int | None:
    """Read a number of octets; None where it is none, or no bound."""
    written = word(node) or ""
    return int(written) if written.isdecimal() and len(written) < _DIGITS else None


# --- private ---

_DIGITS: Final = 20
"""Of the largest number of 64 bits."""


def _by_kind(estate: Estate) -> dict[str, list[Defined]]:
    found: dict[str, list[Defined]] = {}
    for one in dynamic(estate).middlewares.all:
        for kind, node in entries(one.node):
            found.setdefault(kind.lower(), []).append(Defined(one, node))
    return found


def _users(estate: Estate) -> dict[int, tuple[Route, ...]]:
    found: dict[int, dict[int, Route]] = {}
    for index, route in enumerate(routes(estate)):
        for step in route.steps:
            if step.by is not None:
                found.setdefault(id(step.by), {})[index] = route
    return {key: tuple(these.values()) for key, these in found.items()}


def _in_extensions(estate: Estate) -> frozenset[int]:
    return frozenset(
        id(step.by)
        for kind in ("HTTPRoute", "GRPCRoute")
        for one in estate.of(kind)
        for rule in items(one.node, "spec", "rules")
        for step in steps_of_filters(estate, one, rule)
    )
