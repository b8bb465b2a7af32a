"""What does one rule of a route say: which requests, through which filters, to whom?

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule and #grpcrouterule
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.objects import Object
from gateway.audit.exposure import Backend, Mirror, PathKind, PathMatch
from gateway.config.problem import show
from gateway.config.tree import Node

_KINDS: Final = {
    "Exact": PathKind.EXACT,
    "PathPrefix": PathKind.PREFIX,
    "RegularExpression": PathKind.REGEX,
}


class Match(NamedTuple):
    """Which requests."""

    path: PathMatch
    methods: frozenset[str] | None
    conditions: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, ...]:
        """Exact first, then the longest path, then with a method, then by the number of conditions."""
        kinds = (PathKind.EXACT, PathKind.REGEX, PathKind.PREFIX)
        kind = kinds.index(self.path.kind) if self.path.kind in kinds else len(kinds)
        return kind, -len(self.path.value), int(self.methods is None), -len(self.conditions)


def matches_of(route: Object, rule: Node) -> Iterator[Match]:
    """Give the requests of a rule; without a match it takes every one."""
    if route.kind not in {"HTTPRoute", "GRPCRoute"}:
        yield Match(PathMatch(PathKind.UNKNOWN, ""), None, ())
        return
    path_of = _grpc_path if route.kind == "GRPCRoute" else _path
    for match in items(rule, "matches") or (None,):
        method = text(match, "method") if route.kind == "HTTPRoute" else None
        methods = None if method is None else frozenset({method.upper()})
        yield Match(path_of(match), methods, tuple(_conditions(match)))


def filters_of(rule: Node) -> tuple[Node, ...]:
    """Give the filters of a rule, then those of its backends."""
    below = (one for backend in items(rule, "backendRefs") for one in items(backend, "filters"))
    return (*items(rule, "filters"), *below)


def backends_of(route: Object, rule: Node) -> tuple[Backend, ...]:
    """Give where a rule sends requests; a backend of weight 0 gets none."""
    sent = (one for one in items(rule, "backendRefs") if text(one, "weight") != "0")
    return tuple(backend_of(route, one) for one in sent)


def backend_of(of: Object, reference: Node | None) -> Backend:
    """Give what a reference of an object means."""
    namespace = text(reference, "namespace") or of.namespace
    kind = text(reference, "kind") or "Service"
    return Backend(namespace, text(reference, "name") or "", text(reference, "port") or "", kind)


def mirrors_of(route: Object, filters: tuple[Node, ...]) -> Iterator[Mirror]:
    """Give who gets copies."""
    for one in filters:
        if text(one, "type") == "RequestMirror":
            to = at(one, "requestMirror", "backendRef")
            yield Mirror(show(text(to, "name") or ""), route.place(one))


def rewrites_path(filters: tuple[Node, ...]) -> bool:
    """Whether the backend gets another path."""
    return any(at(one, "urlRewrite", "path") is not None for one in filters)


def redirects(filters: tuple[Node, ...]) -> bool:
    """Whether the proxy answers itself."""
    return any(text(one, "type") == "RequestRedirect" for one in filters)


def taken_on_every_way(rule: Node) -> Node | None:
    """Give what takes the header away: a filter of the rule, or one of each of its backends."""
    if (found := takes_authorization(items(rule, "filters"))) is not None:
        return found
    by_each = [takes_authorization(items(one, "filters")) for one in items(rule, "backendRefs")]
    return by_each[0] if by_each and None not in by_each else None


def takes_authorization(
    filters: tuple[Node, ...], *, within: tuple[str, ...] = ("requestHeaderModifier",)
) -> Node | None:
    """Give what removes or replaces the header Authorization, whatever anybody answers."""
    for one in filters:
        for name in items(one, *within, "remove"):
            if (text(name) or "").lower() == "authorization":
                return name
        for header in items(one, *within, "set"):
            if (text(header, "name") or "").lower() == "authorization":
                return header
    return None


# --- private ---


def _path(match: Node | None) -> PathMatch:
    path = at(match, "path")
    kind = _KINDS.get(text(path, "type") or "PathPrefix", PathKind.UNKNOWN)
    return PathMatch(kind, text(path, "value") or "/")


def _grpc_path(match: Node | None) -> PathMatch:
    method = at(match, "method")
    service, name = text(method, "service"), text(method, "method")
    if text(method, "type") == "RegularExpression":
        return PathMatch(PathKind.REGEX, f"/{service or '[^/]+'}/{name or '.+'}")
    if service is None:
        return (
            PathMatch(PathKind.PREFIX, "/") if name is None else PathMatch(PathKind.REGEX, f"/[^/]+/{name}")
        )
    return (
        PathMatch(PathKind.PREFIX, f"/{service}")
        if name is None
        else PathMatch(PathKind.EXACT, f"/{service}/{name}")
    )


def _conditions(match: Node | None) -> Iterator[str]:
    for kind, word in (("headers", "header"), ("queryParams", "query parameter")):
        for one in items(match, kind):
            yield f"{word} {show(text(one, 'name') or '')}"
