"""Which hosts, paths and methods does a router's rule mean?

https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/ and, for rules
of Traefik 2, https://doc.traefik.io/traefik/v2.11/routing/routers/#rule.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.exposure import ANY_HOST, PathKind, PathMatch
from gateway.config.problem import show
from gateway.dialects.traefik_rule import Alternative, Matcher, RuleUnread, parse_rule


class Match(NamedTuple):
    """What one alternative of a rule means."""

    hosts: tuple[str, ...]
    path: PathMatch
    methods: frozenset[str] | None = None
    conditions: tuple[str, ...] = ()


CLIENT_ADDRESS: Final = "address of the client"
"""The condition of a rule that few can meet."""
EVERY_PATH: Final = PathMatch(PathKind.PREFIX, "/")
UNREAD: Final = Match(
    (ANY_HOST,), PathMatch(PathKind.UNKNOWN, ""), None, ("a rule that cannot be read from here",)
)


def matches(rule: str) -> tuple[Match, ...]:
    """Give what its alternatives mean. What cannot be read may mean anything."""
    try:
        alternatives = parse_rule(rule)
    except RuleUnread:
        return (UNREAD,)
    found: dict[tuple[object, ...], Match] = {}
    for alternative in alternatives:
        for one in _read(alternative):
            key = (one.hosts, one.path, one.conditions)
            found[key] = _joined(found[key], one) if key in found else one
    return tuple(found.values())


# --- private ---

_NAMES: Final = {
    name.lower(): name
    for name in (
        *("Host", "HostHeader", "HostRegexp", "HostSNI", "HostSNIRegexp"),
        *("Path", "PathPrefix", "PathRegexp", "Method", "Header", "HeaderRegexp", "Headers", "HeadersRegexp"),
        *("Query", "QueryRegexp", "ClientIP", "ALPN"),
    )
}
_LABEL: Final = r"(?:\[[^\]\\]+\]|\\w|\.)[+*]"
_ONE_LABEL: Final = re.compile(rf"\^?\(?(?:{_LABEL})\)?((?:\\\.[A-Za-z0-9-]+)+)\$")
_EXACT: Final = re.compile(r"\^([A-Za-z0-9-]+(?:\\\.[A-Za-z0-9-]+)*)\$")
_ONE_LABEL_2: Final = re.compile(r"\{[^{}]*\}((?:\.[A-Za-z0-9-]+)+)")
"""Of Traefik 2: `{sub:[a-z]+}.example.com`."""
_ANYTHING: Final = re.compile(r"\^?\(?\.[+*]\)?\$?|\{[^:{}]*(?::\.[+*])?\}")
_BRACES: Final = re.compile(r"\{[^{}:]*(?::([^{}]*(?:\{[0-9,]+\}[^{}]*)*))?\}")


def _joined(one: Match, other: Match) -> Match:
    both = one.methods is not None and other.methods is not None
    return one._replace(
        methods=(one.methods or frozenset()) | (other.methods or frozenset()) if both else None
    )


def _read(alternative: Alternative) -> Iterator[Match]:
    hosts: tuple[str, ...] | None = None
    paths: tuple[PathMatch, ...] | None = None
    methods: frozenset[str] | None = None
    conditions: list[str] = []
    for given in alternative:
        matcher = given._replace(name=_NAMES.get(given.name.lower(), given.name))
        if matcher.negated:
            conditions.append(f"not {_said(matcher)}")
        elif matcher.name in {"Host", "HostHeader", "HostRegexp", "HostSNI", "HostSNIRegexp"}:
            named, sure = _hosts(matcher)
            hosts, more = _narrowed(hosts, named)
            conditions += [f"a {_said(matcher)}"] if more or not sure else []
        elif matcher.name in {"Path", "PathPrefix", "PathRegexp"}:
            conditions += [f"a {_said(matcher)}"] if paths is not None else []
            paths = paths or tuple(_path(matcher.name, value) for value in matcher.arguments)
        elif matcher.name == "Method":
            these = frozenset(one.upper() for one in matcher.arguments)
            methods = these if methods is None else methods & these
        else:
            conditions.append(_said(matcher))
    for path in paths or (EVERY_PATH,):
        yield Match(hosts or (ANY_HOST,), path, methods, tuple(dict.fromkeys(conditions)))


def _narrowed(known: tuple[str, ...] | None, named: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The hosts of both; whether that could not be said."""
    if known is None or known == (ANY_HOST,):
        return named, False
    both = tuple(one for one in known if one in named)
    return both or known, not both and named != (ANY_HOST,)


def _hosts(matcher: Matcher) -> tuple[tuple[str, ...], bool]:
    """Its hosts, and whether it means all of them and no others."""
    if not matcher.name.endswith("Regexp"):
        return tuple(ANY_HOST if one == "*" else one.lower().rstrip(".") for one in matcher.arguments), True
    found = [_host_of(pattern) for pattern in matcher.arguments]
    known = tuple(one for one in found if one is not None)
    return (known, True) if len(known) == len(found) else ((ANY_HOST,), False)


def _host_of(pattern: str) -> str | None:
    if _ANYTHING.fullmatch(pattern):
        return ANY_HOST
    for form, star in ((_EXACT, ""), (_ONE_LABEL, "*"), (_ONE_LABEL_2, "*")):
        found = form.fullmatch(pattern)
        if found is not None:
            return (star + found[1].replace("\\", "")).lower()
    return None


def _path(name: str, value: str) -> PathMatch:
    if name == "PathRegexp":
        searched = value if value.startswith(("^", "(?")) else f".*{value}"
        return PathMatch(PathKind.REGEX, searched)
    if "{" in value:  # of Traefik 2; the other would mean the braces themselves, which no path has
        end = "$" if name == "Path" else ""
        return PathMatch(PathKind.REGEX, f"^{_template(value)}{end}")
    if name == "Path":
        return PathMatch(PathKind.EXACT, value)
    return EVERY_PATH if value in {"/", ""} else PathMatch(PathKind.BEGINS_WITH, value)


def _template(value: str) -> str:
    parts, end = [], 0
    for brace in _BRACES.finditer(value):
        parts += [re.escape(value[end : brace.start()]), f"(?:{brace[1]})" if brace[1] else "[^/]+"]
        end = brace.end()
    return "".join((*parts, re.escape(value[end:])))


def _said(matcher: Matcher) -> str:
    """In words, without what may be a secret: of a header and a parameter the name alone."""
    first = matcher.arguments[0] if matcher.arguments else ""
    match matcher.name:
        case "Header" | "HeaderRegexp" | "Headers" | "HeadersRegexp":
            return f"header {show(first)}"
        case "Query" | "QueryRegexp":
            return f"parameter {show(first.partition('=')[0])}"
        case "ClientIP":
            return CLIENT_ADDRESS
        case "Method":
            return f"method {show(', '.join(matcher.arguments))}"
        case "Host" | "HostHeader" | "HostRegexp" | "HostSNI" | "HostSNIRegexp":
            return f"host {show(', '.join(matcher.arguments))}"
        case "Path" | "PathPrefix" | "PathRegexp":
            return f"path {show(', '.join(matcher.arguments))}"
        case _:
            return f"matcher {show(matcher.name)}"
