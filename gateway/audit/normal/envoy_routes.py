"""Which requests does each route of Envoy take, and where do they go?

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.fields import at, items, text, texts
from gateway.audit.exposure import ANY_HOST, Backend, Mirror, PathKind, PathMatch
from gateway.audit.normal.envoy_file import File
from gateway.config.problem import show
from gateway.config.tree import Node

_PATHS: Final = (
    ("path", PathKind.EXACT),
    ("prefix", PathKind.BEGINS_WITH),
    ("path_separated_prefix", PathKind.PREFIX),
)


class Route(NamedTuple):
    """One route of one host."""

    file: File
    node: Node
    above: tuple[Node, ...]
    """Its virtual host and the route configuration, the nearest first."""
    host: str
    number: int

    @property
    def path(self) -> PathMatch:
        """Of which paths."""
        return path_of(at(self.node, "match"))

    @property
    def methods(self) -> frozenset[str] | None:
        """Of which methods, where a header matcher names them one by one."""
        for one in items(self.node, "match", "headers"):
            if text(one, "name") == ":method":
                exact = text(one, "exact_match") or text(one, "string_match", "exact")
                return None if exact is None else frozenset({exact.upper()})
        return None

    @property
    def conditions(self) -> tuple[str, ...]:
        """What else has to hold."""
        match = at(self.node, "match")
        headers = (text(one, "name") or "" for one in items(match, "headers"))
        queries = (text(one, "name") or "" for one in items(match, "query_parameters"))
        return (
            *(f"header {show(one)}" for one in headers if one != ":method"),
            *(f"query parameter {show(one)}" for one in queries),
        )

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
        for one in (self.node, *self.above):
            found = at(one, "typed_per_filter_config", name)
            if found is not None:
                return found
        return None

    @property
    def removed(self) -> Iterator[Node]:
        """Give the names of headers that are taken away on the way to the backend."""
        for one in (self.node, *self.above):
            yield from items(one, "request_headers_to_remove")


def routes_of(file: File, config: Node) -> Iterator[Route]:
    """Give every route of a route configuration, for each of its hosts."""
    for virtual in items(config, "virtual_hosts"):
        hosts = dict.fromkeys(_host(one) for one in texts(virtual, "domains"))
        for host in hosts or {ANY_HOST: None}:
            for number, node in enumerate(items(virtual, "routes")):
                yield Route(file, node, (virtual, config), host, number)


def path_of(match: Node | None) -> PathMatch:
    """Read the path of a match, as routes and the rules of jwt_authn have it."""
    for name, kind in _PATHS:
        value = text(match, name)
        if value is not None:
            whole = (kind, value) == (PathKind.BEGINS_WITH, "/")
            return PathMatch(PathKind.PREFIX if whole else kind, value)
    regex = text(match, "safe_regex", "regex")
    return PathMatch(PathKind.UNKNOWN, "") if regex is None else PathMatch(PathKind.REGEX, regex)


# --- private ---


def _host(domain: str) -> str:
    name = domain.lower()
    if name == "*":
        return ANY_HOST
    bare, colon, port = name.rpartition(":")
    return bare if colon and (port.isdigit() or port == "*") else name
