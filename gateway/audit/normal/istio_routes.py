"""What does one route of a VirtualService say, with what it leaves to another VirtualService?

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute and #Delegate
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Backend, Mirror, PathKind, PathMatch
from gateway.audit.normal.parts import EVERYWHERE
from gateway.config.problem import show
from gateway.config.tree import Node

KIND: Final = "VirtualService"


class Level(NamedTuple):
    """A route, and one of its matches."""

    of: Object
    route: Node
    match: Node | None


class Rule(NamedTuple):
    """Requests of one match of a route; what a delegate does not say is said by the route that names it."""

    levels: tuple[Level, ...]
    """The delegate's first."""

    @property
    def of(self) -> Object:
        """Whose route it is."""
        return self.levels[0].of

    @property
    def root_of(self) -> Object:
        """The one that has the hosts."""
        return self.levels[-1].of

    @property
    def route(self) -> Node:
        """The route itself."""
        return self.levels[0].route

    @property
    def path(self) -> PathMatch:
        """Of which paths."""
        return next((_path(uri) for one in self.levels if (uri := at(one.match, "uri"))), EVERYWHERE)

    @property
    def methods(self) -> frozenset[str] | None:
        """Of which methods; None is every one."""
        exact = next(
            (text(one.match, "method", "exact") for one in self.levels if at(one.match, "method")), None
        )
        return None if exact is None else frozenset({exact.upper()})

    @property
    def conditions(self) -> Iterator[str]:
        """What else has to hold."""
        yield from dict.fromkeys(said for one in self.levels for said in _conditions(one.match))

    @property
    def backends(self) -> tuple[Backend, ...]:
        """Where requests go; to the delegate where that was not given."""
        named = at(self.route, "delegate")
        if named is not None:
            namespace = text(named, "namespace") or self.of.namespace
            return (Backend(namespace, text(named, "name") or "", "", KIND),)
        return destinations_of(self.of, self.route)

    @property
    def mirrors(self) -> Iterator[Mirror]:
        """Who gets copies."""
        for name in ("mirror", "mirrors"):
            of, node = self._said(name)
            several = (at(one, "destination") for one in items(node))
            for one in (node, *several) if name == "mirror" else several:
                if one is not None:
                    yield Mirror(show(text(one, "host") or ""), of.place(one))

    @property
    def rewrites(self) -> bool:
        """Whether the backend gets another path."""
        _, rewrite = self._said("rewrite")
        return any(at(rewrite, name) is not None for name in ("uri", "uriRegexRewrite"))

    @property
    def takes_authorization(self) -> Place | None:
        """Give what removes or replaces the header, whatever anybody answers."""
        of, headers = self._said("headers")
        request = at(headers, "request")
        removed = (one for one in items(request, "remove") if (text(one) or "").lower() == "authorization")
        replaced = (one for name, one in members(request, "set") if name.lower() == "authorization")
        return next((of.place(one) for one in (*removed, *replaced)), None)

    def _said(self, name: str) -> tuple[Object, Node | None]:
        """Give a field of the route, and whose it is."""
        found = ((one.of, at(one.route, name)) for one in self.levels)
        return next((one for one in found if one[1] is not None), (self.of, None))


def rules_of(estate: Estate, service: Object, route: Node) -> Iterator[Rule]:
    """Give each match of a route; of one that is left to a delegate, each match there."""
    for match in items(route, "match") or (None,):
        root = Level(service, route, match)
        named = at(route, "delegate")
        namespace = text(named, "namespace") or service.namespace
        delegate = None if named is None else estate.get(KIND, namespace, text(named, "name") or "")
        if delegate is None:
            yield Rule((root,))
            continue
        for one in items(delegate.node, "spec", "http"):
            for inner in items(one, "match") or (None,):
                yield Rule((Level(delegate, one, inner), root))


def destinations_of(service: Object, route: Node) -> tuple[Backend, ...]:
    """Give where a route sends requests; a destination of weight 0 gets none."""
    found = (at(one, "destination") for one in items(route, "route") if text(one, "weight") != "0")
    return tuple(_backend(service, one) for one in found)


# --- private ---


def _path(uri: Node) -> PathMatch:
    for name, kind in (
        ("exact", PathKind.EXACT),
        ("prefix", PathKind.BEGINS_WITH),
        ("regex", PathKind.REGEX),
    ):
        value = text(uri, name)
        if value is not None:
            return EVERYWHERE if (kind, value) == (PathKind.BEGINS_WITH, "/") else PathMatch(kind, value)
    return PathMatch(PathKind.UNKNOWN, "")


def _conditions(match: Node | None) -> Iterator[str]:
    for kind, word in (
        ("headers", "header"),
        ("withoutHeaders", "no header"),
        ("queryParams", "query parameter"),
    ):
        yield from (f"{word} {show(name)}" for name, _ in members(match, kind))
    if at(match, "port") is not None:
        yield "port"
    if at(match, "authority") is not None:
        yield "authority"


def _backend(service: Object, destination: Node | None) -> Backend:
    host, port = text(destination, "host") or "", text(destination, "port", "number") or ""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    if not rest:
        return Backend(service.namespace, name, port)
    if not suffix or suffix == "svc" or suffix.startswith("svc."):
        return Backend(namespace, name, port)
    return Backend("", host, port, "Host")
