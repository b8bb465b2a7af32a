"""Which requests does each route of Envoy take, and where do they go?

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.fields import at, flag, items, number, text, texts
from gateway.audit.exposure import ANY_HOST, Backend, Mirror, PathKind, PathMatch
from gateway.audit.normal.envoy_file import File, is_a
from gateway.config.problem import show
from gateway.config.tree import Node

_PATHS: Final = (
    ("path", PathKind.EXACT),
    ("prefix", PathKind.BEGINS_WITH),
    ("path_separated_prefix", PathKind.PREFIX),
)
_ELSE: Final = ("grpc", "tls_context", "dynamic_metadata", "filter_state", "cookies", "filter_state_matcher")
"""Of a match: what a request has to be besides."""


class Said(NamedTuple):
    """What is said of a filter for one route."""

    is_off: bool
    config: Node | None
    """What the filter itself is told; None where it is only switched on."""


class Route(NamedTuple):
    """One route of one host."""

    file: File
    node: Node
    above: tuple[Node, ...]
    """Its virtual host and the route configuration, the nearest first."""
    host: str
    number: int
    share: Node | None = None
    """One of several weighted clusters, where each is told something of its own."""
    is_chosen: bool = False
    """Whether a tree of matchers leads here, which is not followed."""

    @property
    def path(self) -> PathMatch:
        """Of which paths."""
        return path_of(at(self.node, "match"))

    @property
    def methods(self) -> frozenset[str] | None:
        """Of which methods, where a header matcher names one."""
        return methods_of(at(self.node, "match"))

    @property
    def conditions(self) -> tuple[str, ...]:
        """What else has to hold."""
        chosen = ("a matcher leads to it",) if self.is_chosen else ()
        return (*chosen, *conditions_of(at(self.node, "match")))

    @property
    def rank(self) -> tuple[int, ...]:
        """Routes of a host are tried in their order."""
        return (self.number,)

    @property
    def needs_tls(self) -> bool:
        """Whether clear requests are redirected."""
        return text(self.above[0], "require_tls") in {"ALL", "EXTERNAL_ONLY"}

    @property
    def backends(self) -> tuple[Backend, ...]:
        """Clusters; none where Envoy answers itself."""
        action = at(self.node, "route")
        if self.share is not None:
            return (Backend("", text(self.share, "name") or "", "", "Cluster"),)
        names = [text(action, "cluster") or ""] if at(action, "cluster") is not None else []
        names += [text(one, "name") or "" for one in items(action, "weighted_clusters", "clusters")]
        if action is not None and not names:
            names = [show(text(action, "cluster_header") or "unknown")]
        return tuple(Backend("", name, "", "Cluster") for name in names)

    @property
    def mirrors(self) -> tuple[Mirror, ...]:
        """Who gets copies."""
        copied = items(self.node, "route", "request_mirror_policies")
        return tuple(Mirror(show(text(one, "cluster") or ""), self.file.place(one)) for one in copied)

    @property
    def rewrites(self) -> bool:
        """Whether the backend gets another path."""
        action = at(self.node, "route")
        names = ("prefix_rewrite", "regex_rewrite", "path_rewrite_policy", "path_rewrite")
        return any(at(action, name) is not None for name in names)

    def per_filter(self, name: str) -> Node | None:
        """Give what is said of a filter for this route: the nearest counts."""
        return next((at(one, *_SAID, name) for one in self.levels if at(one, *_SAID, name)), None)

    def said_of(self, name: str) -> Said | None:
        """Read what is said of a filter: whether it is off by the nearest, what it is told by the nearest
        that tells it anything.

        https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/http_filters#route-based-filter-chain
        """
        nearest = self.per_filter(name)
        if nearest is None:
            return None
        found = [one for level in self.levels if (one := at(level, *_SAID, name)) is not None]
        told = [at(one, "config") if is_a(one, "FilterConfig") else one for one in found]
        config = next((one for one in told if one is not None and one.value), None)
        is_off = bool(flag(nearest, "disabled") or flag(config, "disabled"))
        return Said(is_off, config)

    @property
    def levels(self) -> tuple[Node, ...]:
        """Where things are said of it, the nearest first."""
        share = () if self.share is None else (self.share,)
        return (*share, self.node, *self.above)

    @property
    def removed(self) -> Iterator[Node]:
        """Give the names of headers that are taken away on the way to the backend."""
        for one in self.levels:
            yield from items(one, "request_headers_to_remove")


def routes_of(file: File, config: Node) -> Iterator[Route]:
    """Give every route of a route configuration, for each of its hosts."""
    for virtual in items(config, "virtual_hosts"):
        hosts = dict.fromkeys(_host(one) for one in texts(virtual, "domains"))
        for host in hosts or {ANY_HOST: None}:
            for index, node in enumerate(items(virtual, "routes")):
                for share in _shares(node):
                    yield Route(file, node, (virtual, config), host, index, share)
            for node in _in_matcher(at(virtual, "matcher")):
                yield Route(file, node, (virtual, config), host, 0, is_chosen=True)


def path_of(match: Node | None) -> PathMatch:
    """Read the path of a match, as routes and the rules of jwt_authn have it."""
    for name, kind in _PATHS:
        value = text(match, name)
        if value is not None:
            whole = (kind, value) == (PathKind.BEGINS_WITH, "/")
            return PathMatch(PathKind.PREFIX if whole else kind, value)
    regex = text(match, "safe_regex", "regex")
    return PathMatch(PathKind.UNKNOWN, "") if regex is None else PathMatch(PathKind.REGEX, regex)


def methods_of(match: Node | None) -> frozenset[str] | None:
    """Give the method that a match asks for, if it is one."""
    found = {name for one in items(match, "headers") if (name := _method(one)) is not None}
    return frozenset(found) if len(found) == 1 else None


def conditions_of(match: Node | None) -> tuple[str, ...]:
    """Give in words what a request has to be besides path and method."""
    headers = [one for one in items(match, "headers") if _method(one) is None]
    queries = (text(one, "name") or "" for one in items(match, "query_parameters"))
    share = at(match, "runtime_fraction", "default_value")
    some = share is not None and not is_whole(share)
    return (
        *(f"header {show(text(one, 'name') or '')}" for one in headers),
        *(f"query parameter {show(one)}" for one in queries),
        *(one.replace("_", " ") for one in _ELSE if at(match, one) is not None),
        *(("a share of the requests",) if some else ()),
    )


def is_whole(share: Node) -> bool:
    """Whether a share is all."""
    of = {"HUNDRED": 100, "TEN_THOUSAND": 10_000, "MILLION": 1_000_000}
    whole = of.get(text(share, "denominator") or "HUNDRED", 100)
    return (number(share, "numerator") or 0) >= whole


# --- private ---

_SAID: Final = ("typed_per_filter_config",)
_OF_A_SHARE: Final = ("typed_per_filter_config", "request_headers_to_remove", "request_headers_to_add")


def _method(header: Node) -> str | None:
    """Of a header matcher the method that it asks for; None where it is about anything else."""
    if text(header, "name") != ":method" or flag(header, "invert_match"):
        return None
    if flag(header, "string_match", "ignore_case"):
        return None
    exact = text(header, "exact_match") or text(header, "string_match", "exact")
    return exact.upper() if exact else None


def _shares(node: Node) -> tuple[Node | None, ...]:
    """Give the weighted clusters one by one, where one is told something of its own."""
    every = items(node, "route", "weighted_clusters", "clusters")
    if not any(at(one, name) is not None for one in every for name in _OF_A_SHARE):
        return (None,)
    return tuple(one for one in every if number(one, "weight") != 0) or (None,)


def _in_matcher(matcher: Node | None) -> Iterator[Node]:
    for one in matcher.walk() if matcher is not None else ():
        if isinstance(one.value, dict) and "@type" in one.value:
            if is_a(one, "Route"):
                yield one
            elif is_a(one, "RouteList"):
                yield from items(one, "routes")


def _host(domain: str) -> str:
    name = domain.lower()
    if name == "*":
        return ANY_HOST
    bare, colon, port = name.rpartition(":")
    return bare if colon and (port.isdigit() or port == "*") else name
