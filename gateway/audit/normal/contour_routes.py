"""Which routes has an HTTPProxy, with those of the HTTPProxies that it includes?

https://projectcontour.io/docs/main/config/inclusion-delegation/
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Mirror, PathKind, PathMatch
from gateway.config.problem import show
from gateway.config.tree import Node

MAX_DEPTH: Final = 8
"""Of inclusions."""


class Route(NamedTuple):
    """One route, below the conditions of whatever includes it."""

    of: Object
    node: Node
    path: PathMatch
    conditions: tuple[str, ...]

    @property
    def mirrors(self) -> tuple[Mirror, ...]:
        """Who gets copies."""
        copied = (one for one in items(self.node, "services") if flag(one, "mirror"))
        return tuple(Mirror(show(text(one, "name") or ""), self.of.place(one)) for one in copied)

    @property
    def rank(self) -> tuple[int, ...]:
        """Exact first, then the longest, then by the number of conditions."""
        kinds = (PathKind.EXACT, PathKind.REGEX, PathKind.BEGINS_WITH)
        kind = kinds.index(self.path.kind) if self.path.kind in kinds else len(kinds)
        return kind, -len(self.path.value), -len(self.conditions)


def routes_of(
    estate: Estate,
    proxy: Object,
    prefix: str = "",
    conditions: tuple[str, ...] = (),
    above: tuple[Object, ...] = (),
) -> Iterator[Route]:
    """Give the routes of a proxy and of what it includes.

    What was not given is left out, and what comes back to itself, as Contour refuses it.
    """
    for node in items(proxy.node, "spec", "routes"):
        path, more = _conditions(items(node, "conditions"), prefix)
        yield Route(proxy, node, path, (*conditions, *more))
    if len(above) == MAX_DEPTH:
        return
    for include in items(proxy.node, "spec", "includes"):
        namespace = text(include, "namespace") or proxy.namespace
        child = estate.get("HTTPProxy", namespace, text(include, "name") or "")
        seen = child in (*above, proxy)
        if child is not None and not seen and at(child.node, "spec", "virtualhost") is None:
            path, more = _conditions(items(include, "conditions"), prefix)
            below = path.value if path.kind is PathKind.BEGINS_WITH else ""
            yield from routes_of(estate, child, below, (*conditions, *more), (*above, proxy))


# --- private ---


def _conditions(nodes: tuple[Node, ...], prefix: str) -> tuple[PathMatch, tuple[str, ...]]:
    path, conditions = prefix, []
    kind = PathKind.BEGINS_WITH
    for one in nodes:
        if (begin := text(one, "prefix")) is not None:
            path = _joined(path, begin)
        elif (exact := text(one, "exact")) is not None:
            kind, path = PathKind.EXACT, _joined(path, exact)
        elif (regex := text(one, "regex")) is not None:
            kind, path = PathKind.REGEX, path.rstrip("/") + regex
        for name, word in (("header", "header"), ("queryParameter", "query parameter")):
            found = at(one, name)
            if found is not None:
                conditions.append(f"{word} {show(text(found, 'name') or '')}")
    if kind is PathKind.BEGINS_WITH and path in {"", "/"}:
        return PathMatch(PathKind.PREFIX, "/"), tuple(conditions)
    return PathMatch(kind, path), tuple(conditions)


def _joined(prefix: str, path: str) -> str:
    return path if not prefix else prefix.rstrip("/") + ("/" + path.lstrip("/")).rstrip("/") or "/"
