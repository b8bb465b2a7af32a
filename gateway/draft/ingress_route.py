"""Which rules does an IngressRoute have (traefik.io)?

Traefik takes the router with the highest priority, which is the length of its rule unless it says another,
and knows no order of hosts: a rule that names none is a rule for all of them.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.config.problem import Unfit
from gateway.config.tree import Node
from gateway.dialects.traefik_rule import Alternative, Matcher, RuleUnread, parse_rule
from gateway.draft.controllers import TRAEFIK
from gateway.draft.fields import at, items, number, shown, text
from gateway.draft.manifests import Manifest
from gateway.draft.reach import EVERYTHING, Reach
from gateway.draft.regex_path import PathRegex
from gateway.draft.rule import ANY_HOST, Backend, Found, Place, Rule, Via
from gateway.draft.templates import below, exactly


def read_ingress_route(manifest: Manifest, found: Found) -> Iterator[Rule]:
    """Give the rules of its routes."""
    for route in items(manifest.node, "spec", "routes"):
        match = text(route, "match") or ""
        place = manifest.place(at(route, "match") or route, shown(match))
        _say_middlewares(manifest, route, found)
        try:
            if at(manifest.node, "spec", "parentRefs") is not None:
                raise Unfit("it depends on the rules of its parents", "write the routes by hand")
            matches = [_read(alternative, place, found) for alternative in parse_rule(match)]
        except (Unfit, RuleUnread) as unfit:
            found.omit(place, unfit.what, unfit.fix)
            matches = [_UNREAD]
        for one in matches:
            yield from _rules(manifest, route, one, place, found)


# --- private ---

_HOST_REGEX: Final = re.compile(r"\^\[\^\.\]\+((?:\\\.[a-z0-9-]+)+)\$")


def _say_middlewares(manifest: Manifest, route: Node, found: Found) -> None:
    middlewares = items(route, "middlewares")
    if middlewares:
        names = ", ".join(shown(text(one, "name")) for one in middlewares)
        found.remark(
            manifest.place(at(route, "middlewares"), names),
            "its middlewares are not read",
            "put the snippet's before them, and take away what asks somebody else (forwardAuth, basicAuth)",
        )


class _Match(NamedTuple):
    """What one alternative asks for."""

    hosts: tuple[str, ...]
    path: str | None
    reach: Reach
    methods: frozenset[str] | None


_UNREAD: Final = _Match((ANY_HOST,), None, EVERYTHING, None)
"""It may be about every request."""


def _rules(manifest: Manifest, route: Node, match: _Match, place: Place, found: Found) -> Iterator[Rule]:
    backend = _backend(manifest, route)
    path = match.path
    if backend is None:
        if path is not None:
            found.omit(place, "it has no Service", "write the route by hand, and choose its audience")
        path = None
    priority = number(route, "priority") or len(text(route, "match") or "")
    for host in match.hosts:
        yield Rule(
            place=place,
            owner=manifest.name,
            via=Via.TRAEFIK,
            target=TRAEFIK,
            host=host,
            path=path,
            reach=match.reach,
            methods=match.methods,
            backend=backend or Backend(manifest.namespace, (place.name,), ""),
            rank=(-priority,),
        )


def _read(alternative: Alternative, place: Place, found: Found) -> _Match:
    """All of it, or nothing of it: a matcher that is left out would let more in."""
    by_name: dict[str, list[Matcher]] = {}
    for matcher in alternative:
        by_name.setdefault(matcher.name, []).append(matcher)
    try:
        hosts = _hosts(by_name)
    except Unfit as unfit:
        found.omit(place, unfit.what, unfit.fix)
        return _UNREAD
    try:
        path, reach = _path(by_name)
    except Unfit as unfit:
        found.omit(place, unfit.what, unfit.fix)
        return _Match(hosts, None, _bound(by_name), None)
    try:
        _check_nothing_else(alternative)
        return _Match(hosts, path, reach, _methods(by_name))
    except Unfit as unfit:
        found.omit(place, unfit.what, unfit.fix)
        return _Match(hosts, None, reach, None)


def _hosts(by_name: dict[str, list[Matcher]]) -> tuple[str, ...]:
    named = [*by_name.get("Host", ()), *by_name.get("HostRegexp", ())]
    if any(one.negated for one in named) or len(named) > 1:
        raise Unfit(
            "a host is excluded, or more than one Host is asked for", "write one Host(`...`) for each route"
        )
    if not named:
        return (ANY_HOST,)
    if named[0].name == "Host":
        return tuple(host.lower() for host in named[0].arguments)
    return tuple(_wildcard(pattern) for pattern in named[0].arguments)


def _wildcard(pattern: str) -> str:
    found = _HOST_REGEX.fullmatch(pattern)
    if found is None:
        raise Unfit(
            f"no policy can say the hosts {shown(pattern)} exactly",
            r"write Host(`...`), or HostRegexp(`^[^.]+\.example\.com$`) for one label before a domain",
        )
    return "*" + found[1].replace("\\", "")


def _path(by_name: dict[str, list[Matcher]]) -> tuple[str, Reach]:
    named = [one for name in ("Path", "PathPrefix", "PathRegexp") for one in by_name.get(name, ())]
    if not named:
        return "/**", Reach("/**")
    if len(named) > 1 or len(named[0].arguments) > 1 or named[0].negated:
        raise Unfit("a path is excluded, or more than one is asked for", "write one route for each path")
    (value,) = named[0].arguments
    match named[0].name:
        case "Path":
            return exactly(value), Reach(exactly(value))
        case "PathPrefix":  # a comparison of texts: /a also means /ab
            return below(value), Reach(below(value)) if value.endswith("/") else Reach(None, value)
        case _:
            if not value.startswith("^"):  # Traefik searches: it may be found anywhere in the path
                raise Unfit("a regular expression that does not begin with ^", "write it with ^")
            regex = PathRegex(pattern=value, whole=False)
            return regex.template(), regex.reach()


def _bound(by_name: dict[str, list[Matcher]]) -> Reach:
    """What a path that cannot be said may mean, at most."""
    for matcher in by_name.get("PathRegexp", ()):
        if not matcher.negated and len(matcher.arguments) == 1 and matcher.arguments[0].startswith("^"):
            return PathRegex(pattern=matcher.arguments[0], whole=False).reach()
    return EVERYTHING


def _methods(by_name: dict[str, list[Matcher]]) -> frozenset[str] | None:
    named = by_name.get("Method", [])
    if any(one.negated for one in named) or len(named) > 1:
        raise Unfit("more than a list of methods is asked for", "write one Method(`...`) for each route")
    return frozenset(method.upper() for method in named[0].arguments) if named else None


def _check_nothing_else(alternative: Alternative) -> None:
    known = {"Host", "HostRegexp", "Path", "PathPrefix", "PathRegexp", "Method"}
    other = sorted({one.name for one in alternative} - known)
    if other:
        raise Unfit(
            f"it depends on {', '.join(other)}, on which no route of a policy depends",
            "give it a path of its own, or write a route for this path that may be used with any of them",
        )


def _backend(manifest: Manifest, route: Node) -> Backend | None:
    services = items(route, "services")
    names = [text(one, "name") for one in services]
    if not services or None in names:
        return None
    namespace = text(services[0], "namespace") or manifest.namespace
    port = at(services[0], "port")
    distinct = tuple(dict.fromkeys(name for name in names if name is not None))
    return Backend(namespace, distinct, str(port.value) if port is not None else "80")
