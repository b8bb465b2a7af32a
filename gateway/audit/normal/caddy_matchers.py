"""Which requests does this directive of a Caddyfile mean?

https://caddyserver.com/docs/caddyfile/matchers: the first argument, if it is `*`, a path, or `@name`.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gateway.audit.estate.caddy_syntax import Directive
from gateway.audit.exposure import PathKind, PathMatch
from gateway.config.problem import show


class Match(NamedTuple):
    """What a matcher asks for."""

    paths: tuple[PathMatch, ...] | None = None
    """None: every one."""
    but: tuple[PathMatch, ...] = ()
    hosts: frozenset[str] | None = None
    not_hosts: frozenset[str] = frozenset()
    methods: frozenset[str] | None = None
    condition: str = ""
    """What it asks for besides, in words."""

    @property
    def is_everything(self) -> bool:
        """Whether every request is meant."""
        return self == EVERYTHING


EVERYTHING: Final = Match()


def matchers_of(block: Iterable[Directive]) -> dict[str, Match]:
    """Give the named matchers of a block."""
    found: dict[str, Match] = {}
    for one in block:
        if one.name.startswith("@"):
            tests = [one.arguments] if one.arguments else [each.words for each in one.block or ()]
            nested = {each.words: each.block or () for each in one.block or ()}
            if one.arguments:  # `@name not {` opens the block of its one matcher
                nested = {one.arguments: one.block or ()}
            found[one.name] = _all([each for each in tests if each], nested, one.name)
    return found


def match_of(directive: Directive, named: Mapping[str, Match]) -> tuple[Match, tuple[str, ...]]:
    """Give what a directive means, and its arguments without the matcher."""
    first, *rest = directive.arguments or ("",)
    if first == "*":
        return EVERYTHING, tuple(rest)
    if first.startswith("/"):
        return Match(paths=_paths([first])), tuple(rest)
    if first.startswith("@"):
        unknown = Match(condition=show(first))
        return named.get(first, unknown), tuple(rest)
    return EVERYTHING, directive.arguments


# --- private ---


def _all(
    tests: list[tuple[str, ...]], nested: Mapping[tuple[str, ...], tuple[Directive, ...]], name: str
) -> Match:
    found = EVERYTHING
    for words in tests:
        below = [one.words for one in nested.get(words, ())]
        found = _both(found, _one(words, below, name))
    return found


def _one(words: tuple[str, ...], below: list[tuple[str, ...]], name: str) -> Match:
    kind, values = words[0], [one for one in words[1:] if one]
    match kind:
        case "path":
            return Match(paths=_paths(values))
        case "path_regexp":
            return Match(paths=(PathMatch(PathKind.REGEX, values[-1] if values else ""),))
        case "host":
            return Match(hosts=frozenset(one.lower() for one in values))
        case "method":
            return Match(methods=frozenset(one.upper() for one in values))
        case "not" if values or below:
            parts = [tuple(values)] if values else below
            return _negated(parts, name)
        case _:
            return Match(condition=show(name))


def _negated(parts: list[tuple[str, ...]], name: str) -> Match:
    if len(parts) == 1 and parts[0][:1] == ("path",):
        paths = _paths(parts[0][1:])
        if all(one.kind is not PathKind.UNKNOWN for one in paths):
            return Match(but=paths)
    if len(parts) == 1 and parts[0][:1] == ("host",):
        return Match(not_hosts=frozenset(one.lower() for one in parts[0][1:]))
    return Match(condition=show(name))


def _both(first: Match, second: Match) -> Match:
    """Several matchers of one set hold together; two of paths cannot be told here."""
    unclear = first.paths is not None and second.paths is not None
    conditions = [one for one in (first.condition, second.condition) if one]
    return Match(
        paths=first.paths if second.paths is None else second.paths,
        but=(*first.but, *second.but),
        hosts=first.hosts if second.hosts is None else second.hosts,
        not_hosts=first.not_hosts | second.not_hosts,
        methods=first.methods if second.methods is None else second.methods,
        condition=" and ".join(dict.fromkeys([*conditions, *(["two paths"] if unclear else [])])),
    )


def _paths(values: Iterable[str]) -> tuple[PathMatch, ...]:
    return tuple(_path(one) for one in values)


def _path(value: str) -> PathMatch:
    """Compared whole, without regard to case; `*` at the end is anything, elsewhere more than we compare."""
    if value.endswith("*") and "*" not in value[:-1]:
        return PathMatch(PathKind.BEGINS_WITH, value[:-1] or "/")
    return PathMatch(PathKind.UNKNOWN if "*" in value or "{" in value else PathKind.EXACT, value)
