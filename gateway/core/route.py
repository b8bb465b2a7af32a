"""Which row of the allowlist does this request fall under?

Default deny. The most specific path wins: segment by segment from the left, a literal before a
`{name}` before `**`; the order in the file means nothing, and two routes that cannot be told apart do
not compile. Only then the method is looked at, so a broader route never answers for a narrower one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from gateway.core.policy import Route
from gateway.core.reason import Reason, Refusal
from gateway.core.target import ODDITY_REASONS, Path, Segments, fold, parse_target

MAX_TEMPLATE_SEGMENTS: Final = 32
ONE: Final = "{}"
"""A template segment that stands for exactly one segment, whatever its name."""
REST: Final = "**"

Template = tuple[str, ...]


class RouteConflict(ValueError):
    """Two routes claim the same method and path, in one case or another."""

    def __init__(self, message: str, first_id: str, second_id: str) -> None:
        super().__init__(message)
        self.first_id = first_id
        self.second_id = second_id


def parse_template(text: str) -> Template:
    """Read a path template: literals, `{name}` for one segment, a last `**` for the rest.

    Raises: ValueError, with what is wrong, for anything the target grammar would refuse in a request.
    """
    if not text.startswith("/"):
        raise ValueError("a path begins with /")
    if text != "/" and text.endswith("/"):
        raise ValueError("leave the last / off: /a and /a/ are the same path")
    parts = tuple(text.split("/")[1:]) if text != "/" else ()
    if len(parts) > MAX_TEMPLATE_SEGMENTS:
        raise ValueError(f"more than {MAX_TEMPLATE_SEGMENTS} segments")
    if REST in parts[:-1]:
        raise ValueError("** stands only at the end of a path")
    return tuple(_template_segment(part) for part in parts)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The routes of one policy, as two tries: as written, and as a case-blind reader sees them."""

    routes: tuple[Route, ...]
    _exact: "_Node" = field(repr=False)
    _folded: "_Node" = field(repr=False)

    @classmethod
    def build(cls, routes: Iterable[Route]) -> "RouteTable":
        """Index the routes. Raises: RouteConflict, ValueError for a bad template."""
        table = cls(routes=tuple(routes), _exact=_Node(), _folded=_Node())
        for route in table.routes:
            for text in route.paths:
                template = parse_template(text)
                _insert(table._exact, template, route)
                _insert(table._folded, tuple(_folded(part) for part in template), route)
        return table

    def match(self, path: Path, method: str) -> Route:
        """Find the one route for this path and method.

        Raises: Refusal(path_not_allowed | method_not_allowed | path_case_conflict |
        target_readings_differ), or the oddity's own reason where the route does not admit it.
        """
        route = (
            None if path.oddities or path.other_readings else _straight(self._exact, path.segments, method)
        )
        return self._judged(path, method) if route is None else route

    def _judged(self, path: Path, method: str) -> Route:
        """The whole of it: every reading, every case."""
        leaf = _find(self._exact, path.segments)
        self._check_oddities(path, leaf)
        if leaf is None:
            raise Refusal(Reason.PATH_NOT_ALLOWED)
        self._check_readings(path, leaf, method)
        route = leaf.get(method)
        if route is None:
            raise Refusal(Reason.METHOD_NOT_ALLOWED)
        return route

    def _check_oddities(self, path: Path, leaf: "_Leaf | None") -> None:
        if not path.oddities:
            return
        admitted = _admitted_by_all(leaf)
        for oddity in sorted(path.oddities):
            if oddity.value not in admitted:
                raise Refusal(ODDITY_REASONS[oddity])

    def _check_readings(self, path: Path, leaf: "_Leaf", method: str) -> None:
        self._check_case(path.segments, leaf, method)
        for reading in path.other_readings:
            if _find(self._exact, reading) is not leaf:
                raise Refusal(Reason.TARGET_READINGS_DIFFER)
            self._check_case(reading, leaf, method)

    def _check_case(self, segments: Segments, leaf: "_Leaf", method: str) -> None:
        """Refuse a path that a case-blind backend would serve under another route's rules."""
        blind = _find(self._folded, tuple(fold(segment) for segment in segments))
        if blind is None or blind.get(method) is not leaf.get(method):
            raise Refusal(Reason.PATH_CASE_CONFLICT)


# --- private ---

_Leaf = dict[str, Route]
_LITERAL_SAFE: Final = "!$&'()*+,=:@;%"
"""A template is written unescaped; `;` and `%` stay, so that the grammar refuses them."""


@dataclass(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    one: "_Node | None" = None
    here: _Leaf | None = None
    rest: _Leaf | None = None
    folded: set[str] = field(default_factory=set)
    """Every literal as a case-blind reader sees it."""
    alike: bool = False
    """Two of the literals look alike to such a reader."""


def _template_segment(part: str) -> str:
    if part == REST:
        return REST
    if part == "":
        raise ValueError("a segment is empty: no request with // is let through")
    if "{" in part or "}" in part:
        if part[0] != "{" or part[-1] != "}" or not part[1:-1].isidentifier():
            raise ValueError(f"a placeholder is a whole segment, such as {{order}}: {part!r}")
        return ONE
    if "*" in part:
        raise ValueError("* has no meaning inside a segment: use {name} or a last **")
    return _literal(part)


def _literal(part: str) -> str:
    try:
        path = parse_target(b"/" + quote(part, safe=_LITERAL_SAFE).encode("ascii"))
    except Refusal as refusal:
        raise ValueError(f"no request could have the segment {part!r}: {refusal.reason}") from None
    if path.oddities or len(path.segments) != 1:
        raise ValueError(f"write the segment {part!r} without escapes or parameters")
    return path.segments[0]


def _folded(part: str) -> str:
    return part if part in {ONE, REST} else fold(part)


def _insert(root: _Node, template: Template, route: Route) -> None:
    node = root
    for part in template:
        if part == REST:
            node.rest = _claim(node.rest, route)
            return
        node = _step(node, part)
    node.here = _claim(node.here, route)


def _step(node: _Node, part: str) -> _Node:
    if part == ONE:
        node.one = node.one or _Node()
        return node.one
    below = node.literals.setdefault(part, _Node())
    node.folded.add(fold(part))
    node.alike = len(node.folded) < len(node.literals)
    return below


def _claim(leaf: _Leaf | None, route: Route) -> _Leaf:
    leaf = {} if leaf is None else leaf
    for method in sorted(route.methods):
        other = leaf.setdefault(method, route)
        if other is not route:
            raise RouteConflict(
                f"routes {other.id} and {route.id} both claim {method} on one path, "
                "or on two that differ only in case",
                other.id,
                route.id,
            )
    return leaf


def _straight(node: _Node, segments: Segments, method: str) -> Route | None:
    """Walk without a doubt, or not at all: what nearly every request does.

    At each step a literal that has no look-alike, or a placeholder where the segment looks like no literal
    in any case: then a case-blind reader takes the same step, and the same route. No steps back: where a
    more specific path ends nowhere, or with another method, `_judged` decides.
    """
    for segment in segments:
        following = node.literals.get(segment)
        if following is None:
            following = node.one
            if following is None or (node.folded and fold(segment) in node.folded):
                return None
        elif node.alike:
            return None
        node = following
    return None if node.here is None else node.here.get(method)


def _find(root: _Node, segments: Segments) -> _Leaf | None:
    return _find_from(root, segments, 0)


def _find_from(node: _Node, segments: Segments, depth: int) -> _Leaf | None:
    # Depth and branching are bounded by the templates (32 segments), never by the request.
    if depth == len(segments):
        return node.here if node.here is not None else node.rest
    for child in _children(node, segments[depth]):
        leaf = _find_from(child, segments, depth + 1)
        if leaf is not None:
            return leaf
    return node.rest


def _children(node: _Node, segment: str) -> Iterator[_Node]:
    literal = node.literals.get(segment)
    if literal is not None:
        yield literal
    if node.one is not None:
        yield node.one


def _admitted_by_all(leaf: Mapping[str, Route] | None) -> frozenset[str]:
    """What every route of the leaf admits: which of them it will be depends on the method."""
    if not leaf:
        return frozenset()
    return frozenset.intersection(*(route.admit_in_path for route in leaf.values()))
