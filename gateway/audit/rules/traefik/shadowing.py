"""Which open router is tried before a protected one, and takes its requests?"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.audit.exposure import ANY_HOST, PathKind, PathMatch, Tls
from gateway.audit.normal.traefik.exposures import Route
from gateway.audit.normal.traefik.match import CLIENT_ADDRESS, Match
from gateway.audit.overlap import methods_overlap, path_covers, paths_overlap
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import DOCUMENTATION, http_routes
from gateway.config.problem import show


def _shadowing(view: View) -> Iterator[Hit]:
    open_ones = _OpenOnes()
    guarded = []
    for route in http_routes(view):
        if route.auth is not None:
            guarded.append(route)
        elif route.served.backends and not _is_public(route):
            open_ones.add(route)
    for route in guarded:
        for match in route.means:
            for host in match.hosts:
                for other in open_ones.before(route, match, host):
                    named = show(route.router.name)
                    what = f"the open router {show(other.router.name)} is tried before {named}"
                    yield Hit(other.router.place, what, about=route.router.name)


# --- private ---

MAX_OTHERS: Final = 100
"""Of expressions and exact paths of one host: each is compared with every guarded one."""
_LONGEST: Final = 512
"""Characters of a path, and labels of a host, that are looked at."""


_LITERAL: Final = re.compile(r"\^([A-Za-z0-9/_-]*)(?![?*{A-Za-z0-9/_-])")
"""What every path of an expression begins with; its last character may be repeated: then none is taken."""


class _Open(NamedTuple):
    route: Route
    match: Match


def _is_public(route: Route) -> bool:
    of = route.router.origin.of
    return of is not None and of.public is not None


@dataclass(slots=True)
class _Host:
    """The open routers of one host."""

    prefixes: dict[str, dict[frozenset[str], _Open]] = field(default_factory=lambda: defaultdict(dict))
    """By path, then by entry points: of each the one that is tried first."""
    others: list[_Open] = field(default_factory=list)


@dataclass(slots=True)
class _OpenOnes:
    """The open routers, found by host and by path without a look at all of them."""

    hosts: dict[str, _Host] = field(default_factory=lambda: defaultdict(_Host))

    def add(self, route: Route) -> None:
        """Take one more."""
        for match in route.means:
            for host in match.hosts:
                self._put(self.hosts[host], _Open(route, match))

    def before(self, route: Route, match: Match, host: str) -> Iterator[Route]:
        """Give those that are tried before a guarded one, and take all its requests, or may."""
        for name in _names(host):
            there = self.hosts.get(name)
            for one in _candidates(there, match.path) if there is not None else ():
                if _is_before(one.route, route) and _takes(one.match, match):
                    yield one.route

    def _put(self, there: _Host, one: _Open) -> None:
        path = one.match.path
        if path.kind in {PathKind.PREFIX, PathKind.BEGINS_WITH}:
            by_doors = there.prefixes[path.value]
            known = by_doors.get(_entry_points(one.route))
            if known is None or known.route.router.priority < one.route.router.priority:
                by_doors[_entry_points(one.route)] = one
        elif len(there.others) < MAX_OTHERS:
            there.others.append(one)


def _candidates(there: _Host, path: PathMatch) -> Iterator[_Open]:
    for end in range(len(path.value[:_LONGEST]) + 1):
        yield from there.prefixes[path.value[:end]].values() if path.value[:end] in there.prefixes else ()
    if path.kind in {PathKind.REGEX, PathKind.UNKNOWN}:  # of these only `/` is known to cover all
        yield from there.prefixes["/"].values() if "/" in there.prefixes else ()
    yield from there.others


def _names(host: str) -> Iterator[str]:
    """The host, the wildcards that it is of, and any."""
    yield host
    parts = host.split(".")[:_LONGEST]
    for index in range(1, len(parts)):
        wider = f"*.{'.'.join(parts[index:])}"
        if wider != host:
            yield wider
    if host != ANY_HOST:
        yield ANY_HOST


def _takes(one: Match, guarded: Match) -> bool:
    """Whether it may have all requests of a guarded one, for whoever comes."""
    if not methods_overlap(one.methods, guarded.methods):
        return False
    if CLIENT_ADDRESS in one.conditions:
        return False
    if one.path.kind in {PathKind.REGEX, PathKind.UNKNOWN}:
        return paths_overlap(one.path, guarded.path) and not _is_narrower(one.path, guarded.path)
    return path_covers(one.path, guarded.path)


def _is_narrower(expression: PathMatch, path: PathMatch) -> bool:
    """Whether all that it matches is below a path, and not all of that."""
    found = _LITERAL.match(expression.value) if "|" not in expression.value else None
    stem = found[1] if found is not None else ""
    return stem.startswith(path.value) and len(stem) > len(path.value)


def _is_before(one: Route, other: Route) -> bool:
    if one.router.priority <= other.router.priority:
        return False
    if {one.doors.tls, other.doors.tls} == {Tls.ONLY, Tls.NONE}:
        return False
    own, others = _entry_points(one), _entry_points(other)
    return not own or not others or bool(own & others)


def _entry_points(route: Route) -> frozenset[str]:
    """Their names; none where it has the default ones, and these were not given."""
    named = frozenset(name.lower() for name in route.router.entry_points)
    return named or frozenset(point.name for point in route.doors.entry_points)


SHADOWING: Final = Rule(
    id="TRF-019",
    title="An open router takes the requests of a protected one",
    severity=Severity.HIGH,
    why="Traefik tries the router with the highest priority first, which is the length of its rule unless it "
    "says another. A wide rule that is long wins over a protected one that is short.",
    fix="give the protected router the higher priority, or narrow the rule of the open one",
    check=_shadowing,
    references=(f"{DOCUMENTATION}routing-configuration/http/routing/rules-and-priority/",),
)
