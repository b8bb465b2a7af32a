"""Which routes has an HTTPProxy, with those of the HTTPProxies that it includes?

https://projectcontour.io/docs/main/config/inclusion-delegation/
"""

import re
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
_SLASHES: Final = re.compile("//+")


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


class _Above(NamedTuple):
    """The path of all conditions so far."""

    path: str = ""
    is_regex: bool = False
    is_exact: bool = False


_NOTHING: Final = _Above()


def routes_of(
    estate: Estate,
    proxy: Object,
    begins: _Above = _NOTHING,
    conditions: tuple[str, ...] = (),
    above: tuple[Object, ...] = (),
) -> Iterator[Route]:
    """Give the routes of a proxy and of what it includes.

    What was not given is left out, and what comes back to itself, as Contour refuses it.
    """
    for node in items(proxy.node, "spec", "routes"):
        path, more = _conditions(items(node, "conditions"), begins)
        yield Route(proxy, node, _match(path), (*conditions, *more))
    if len(above) == MAX_DEPTH:
        return
    for include in items(proxy.node, "spec", "includes"):
        namespace = text(include, "namespace") or proxy.namespace
        child = estate.get("HTTPProxy", namespace, text(include, "name") or "")
        seen = child in (*above, proxy)
        if child is not None and not seen and at(child.node, "spec", "virtualhost") is None:
            below, more = _conditions(items(include, "conditions"), begins)
            yield from routes_of(estate, child, below, (*conditions, *more), (*above, proxy))


# --- private ---


def _conditions(nodes: tuple[Node, ...], above: _Above) -> tuple[_Above, tuple[str, ...]]:
    """Paths are strung together. It is a regular expression if any part is one; an exact path only where
    the last of all conditions is.
    """
    path, is_regex, is_exact = above
    conditions = []
    for one in nodes:
        begin, exact, regex = (text(one, name) or "" for name in ("prefix", "exact", "regex"))
        path += begin or exact or regex
        is_regex, is_exact = is_regex or bool(regex and not begin and not exact), bool(exact and not begin)
        for name, word in (("header", "header"), ("queryParameter", "query parameter")):
            found = at(one, name)
            if found is not None:
                conditions.append(f"{word} {show(text(found, 'name') or '')}")
    return _Above(path, is_regex, is_exact), tuple(conditions)


def _match(whole: _Above) -> PathMatch:
    path = _SLASHES.sub("/", whole.path) or "/"
    if whole.is_regex:
        return PathMatch(PathKind.REGEX, path)
    if whole.is_exact:
        return PathMatch(PathKind.EXACT, path)
    return PathMatch(PathKind.PREFIX if path == "/" else PathKind.BEGINS_WITH, path)
