"""Which hosts and paths are protected, which are open, and does the client's token reach the pod?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, NamedTuple

from gateway.audit.exposure import Auth, Exposure, Fails, Mechanism, PathKind, PathMatch, Tls
from gateway.audit.overlap import methods_cover, path_covers


@unique
class State(StrEnum):
    """What the door is at one route."""

    OPEN = "open"
    CANNOT_TELL = "cannot tell"
    PROTECTED = "protected"
    PUBLIC = "public"
    """Open on purpose: somebody gave a reason."""
    SHADOWED = "shadowed"
    """Another route of the host is tried first, and takes every request of it."""


class Covered(NamedTuple):
    """One route, and what it is."""

    exposure: Exposure
    state: State
    by: str
    """What protects it, what shadows it, or why it is open; in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every route, by host."""

    hosts: dict[str, tuple[Covered, ...]]

    def count(self, state: State) -> int:
        """How many routes are in this state."""
        return sum(one.state is state for these in self.hosts.values() for one in these)


def coverage_of(exposures: Iterable[Exposure]) -> Coverage:
    """Judge every route: hosts by name, the routes of each by path."""
    by_host: dict[str, list[Exposure]] = {}
    for one in exposures:
        by_host.setdefault(one.host, []).append(one)
    return Coverage(hosts={host: _of_host(by_host[host]) for host in sorted(by_host)})


def state_of(one: Exposure) -> tuple[State, str]:
    """Say what one route is by itself."""
    auth = one.auth
    if one.tls is Tls.PASSED_THROUGH:
        return State.OPEN, "TLS is passed through: no request is seen here"
    if auth is None:
        return (State.PUBLIC, one.public) if one.public else (State.OPEN, "nobody is asked")
    if auth.fails is Fails.OPEN:
        return State.OPEN, f"{described(auth)}, but where that fails everybody comes in"
    if auth.mechanism is Mechanism.UNKNOWN:
        return State.CANNOT_TELL, described(auth)
    if auth.fails is Fails.UNKNOWN:
        return State.CANNOT_TELL, f"{described(auth)}, and what happens where that fails is not said"
    if not one.is_protected:
        return State.OPEN, f"{described(auth)}, but not for every method"
    return State.PROTECTED, described(auth)


def described(auth: Auth) -> str:
    """Say in words what a request has to pass."""
    if auth.policy is not None:
        return f"token gateway, policy {auth.policy}"
    match auth.mechanism:
        case Mechanism.EXTERNAL:
            return f"asks {auth.url}" if auth.url else "asks another server"
        case Mechanism.JWT:
            return "the proxy verifies a JWT"
        case Mechanism.OIDC:
            return "the proxy signs people in"
        case Mechanism.BASIC:
            return "passwords (Basic)"
        case Mechanism.API_KEY:
            return "API keys"
        case Mechanism.CLIENT_CERTIFICATE:
            return "client certificates"
        case Mechanism.UNKNOWN:
            return "something that this audit does not read"


# --- private ---


def _of_host(these: Sequence[Exposure]) -> tuple[Covered, ...]:
    doors: dict[tuple[str, str], list[Exposure]] = {}
    for one in these:
        doors.setdefault((one.controller, one.class_name), []).append(one)
    found = [covered for door in doors.values() for covered in _of_door(door)]
    return tuple(sorted(found, key=lambda one: (one.exposure.path.value, one.exposure.path.kind)))


def _of_door(these: Sequence[Exposure]) -> list[Covered]:
    """The routes of one host at one controller. Those without a rank shadow nothing, and are not shadowed."""
    tried = _Tried(one for one in these if one.rank and not one.conditions)
    found: list[Covered] = []
    for one in these:
        shadow = tried.before(one) if one.rank else None
        if shadow is None:
            found.append(Covered(one, *state_of(one)))
        else:
            found.append(Covered(one, State.SHADOWED, f"{shadow.path} of {shadow.source}"))
    return found


class _Tried:
    """Routes by the path that others have to begin with, each in the order in which they are tried."""

    def __init__(self, routes: Iterable[Exposure]) -> None:
        self._by_stem: Final[dict[str, list[Exposure]]] = {}
        self._by_path: Final[dict[PathMatch, list[Exposure]]] = {}
        for one in sorted(routes, key=lambda each: each.rank):
            self._by_path.setdefault(one.path, []).append(one)
            if one.path.kind in {PathKind.PREFIX, PathKind.BEGINS_WITH}:
                self._by_stem.setdefault(one.path.value.removesuffix("/"), []).append(one)
        self._lengths: Final = sorted({len(stem) for stem in self._by_stem})

    def before(self, one: Exposure) -> Exposure | None:
        """Give the route that takes every request of this one, if there is any: the first that is tried."""
        value = one.path.value
        stems = (value[:length] for length in self._lengths if length <= len(value))
        these = (self._by_path.get(one.path, ()), *(self._by_stem.get(stem, ()) for stem in stems))
        found = [first for each in these if (first := self._first(each, one)) is not None]
        return min(found, key=lambda each: each.rank, default=None)

    def _first(self, these: Sequence[Exposure], one: Exposure) -> Exposure | None:
        for first in these:
            if first.rank >= one.rank:
                return None
            if path_covers(first.path, one.path) and methods_cover(first.methods, one.methods):
                return first
        return None
