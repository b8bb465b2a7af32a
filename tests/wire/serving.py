"""Under which route would each usual backend serve what has reached it?

The backend's own reading (tests/properties/interpreters.py), and the routes of `worlds` in plain words.
"""

from typing import Final

from gateway.core.policy import Access, Route
from tests import builders as b
from tests.properties.interpreters import BACKENDS
from tests.properties.reference_routes import route_seen
from tests.wire.worlds import ROUTES

READ: Final[tuple[Route, ...]] = tuple(
    b.route(one["id"], *one["paths"], access=Access.PUBLIC if one.get("access") == "public" else Access.TOKEN)
    for one in ROUTES
    if "GET" in one["methods"]
)
OPEN: Final = frozenset(route.id for route in READ if route.access is Access.PUBLIC)
"""What anybody may ask for."""


def routes_served(start_line: str) -> dict[str, str | None]:
    """By backend: the route under which it would serve this request line; None where it is under none."""
    method, _, rest = start_line.partition(" ")
    assert method == "GET"
    path = rest.rpartition(" ")[0].partition("?")[0].encode("latin-1")
    return {name: route_seen(reader(path), READ) for name, reader in BACKENDS.items()}


def not_among(allowed: frozenset[str], start_lines: list[str]) -> list[tuple[str, str, str | None]]:
    """What some backend would serve although the policy did not allow it: request line, backend, route."""
    return [
        (line, name, route)
        for line in start_lines
        for name, route in routes_served(line).items()
        if route not in allowed
    ]
