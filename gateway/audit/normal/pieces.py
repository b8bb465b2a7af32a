"""Which part of a route do these guards protect, and which part do they leave open?

Proxies with a language of conditions ask "only below /api", or "everywhere but /health". A route is cut where
such a guard ends, so that each piece is wholly protected or wholly open. What cannot be compared stays open.
"""

from collections.abc import Iterable
from enum import Enum, auto, unique
from typing import Final, NamedTuple

from gateway.audit.exposure import Auth, PathKind, PathMatch

EVERY_PATH: Final = PathMatch(PathKind.PREFIX, "/")


class Guard(NamedTuple):
    """Somebody is asked about some requests."""

    auth: Auth
    only: tuple[PathMatch, ...] | None = None
    """None: about all of them."""
    but: tuple[PathMatch, ...] = ()
    """Except these."""
    hosts: frozenset[str] | None = None
    not_hosts: frozenset[str] = frozenset()
    condition: str = ""
    """What must hold besides, in words: where it does not, nobody is asked."""


class Piece(NamedTuple):
    """Part of a route, and who is asked about it."""

    path: PathMatch
    auth: Auth | None
    condition: str = ""


@unique
class Relation(Enum):
    """How the first of two path matches lies to the second."""

    COVERS = auto()
    WITHIN = auto()
    APART = auto()
    UNKNOWN = auto()


def pieces(host: str, path: PathMatch, guards: Iterable[Guard]) -> tuple[Piece, ...]:
    """Cut a route; the first guard of each piece counts. Narrower pieces come first."""
    found = [Piece(path, None)]
    for guard in guards:
        if not _is_of(host, guard):
            continue
        found = [part for piece in found for part in (_cut(piece, guard) if piece.auth is None else (piece,))]
    return tuple(found)


def relation(first: PathMatch, second: PathMatch) -> Relation:
    """Compare two."""
    if first == second or _is_everything(first):
        return Relation.COVERS
    if _is_everything(second):
        return Relation.WITHIN
    if first.kind not in _TEXTUAL or second.kind not in _TEXTUAL:
        return Relation.UNKNOWN
    if _holds(first, second):
        return Relation.COVERS
    return Relation.WITHIN if _holds(second, first) else Relation.APART


# --- private ---

_TEXTUAL: Final = {PathKind.EXACT, PathKind.PREFIX, PathKind.BEGINS_WITH}


def _is_of(host: str, guard: Guard) -> bool:
    if host and host in guard.not_hosts:
        return False
    return guard.hosts is None or host in guard.hosts


def _cut(piece: Piece, guard: Guard) -> tuple[Piece, ...]:
    if guard.condition:
        return (
            piece._replace(auth=guard.auth, condition=guard.condition),
            _otherwise(piece, guard.condition),
        )
    open_paths = [one for one in guard.but if relation(one, piece.path) in {Relation.WITHIN, Relation.COVERS}]
    if any(relation(one, piece.path) is Relation.COVERS for one in open_paths):
        return (piece,)
    holes = tuple(Piece(one, None, piece.condition) for one in open_paths)
    if guard.only is None:
        return (*holes, piece._replace(auth=guard.auth))
    if any(relation(one, piece.path) is Relation.COVERS for one in guard.only):
        return (*holes, piece._replace(auth=guard.auth))
    inside = [one for one in guard.only if relation(one, piece.path) is Relation.WITHIN]
    return (*holes, *(Piece(one, guard.auth, piece.condition) for one in inside), piece)


def _otherwise(piece: Piece, condition: str) -> Piece:
    return piece._replace(condition=f"not ({condition})")


def _is_everything(match: PathMatch) -> bool:
    return match.kind in {PathKind.PREFIX, PathKind.BEGINS_WITH} and match.value in {"", "/"}


def _holds(wide: PathMatch, narrow: PathMatch) -> bool:
    match wide.kind:
        case PathKind.EXACT:
            return narrow == wide
        case PathKind.BEGINS_WITH:
            return narrow.value.startswith(wide.value)
        case _:
            below = wide.value.removesuffix("/")
            is_same = narrow.value.removesuffix("/") == below and narrow.kind is not PathKind.BEGINS_WITH
            return is_same or narrow.value.startswith(f"{below}/")
