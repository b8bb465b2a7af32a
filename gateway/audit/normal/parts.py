"""Who is asked about which part of a route's paths?"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.audit.exposure import Auth, PathKind, PathMatch
from gateway.audit.overlap import path_covers, paths_overlap

EVERYWHERE: Final = PathMatch(PathKind.PREFIX, "/")


class Asking(NamedTuple):
    """Somebody is asked about some paths."""

    auth: Auth | None
    """None: they are open on purpose of the configuration."""
    paths: tuple[PathMatch, ...] = (EVERYWHERE,)
    but: tuple[PathMatch, ...] = ()


class Part(NamedTuple):
    """A part of a route's paths, and who is asked about it."""

    path: PathMatch
    auth: Auth | None


def parts(path: PathMatch, askings: Iterable[Asking], *, rest: bool = True) -> Iterator[Part]:
    """Divide a route's paths: the first that covers it whole decides, but for its exceptions.

    Where none covers it whole the rest is open, but for what some ask about; without `rest` it is refused.
    """
    inside: list[Part] = []
    waiting = tuple(askings)
    for number, asking in enumerate(waiting, start=1):
        if any(path_covers(one, path) for one in asking.paths):
            left = [one for one in asking.but if paths_overlap(one, path)]
            if any(path_covers(one, path) for one in left):
                continue
            yield from inside
            yield Part(path, asking.auth)
            for one in left:
                yield from parts(one, waiting[number:])
            return
        inside += [Part(one, asking.auth) for one in asking.paths if path_covers(path, one)]
    yield from inside
    if rest:
        yield Part(path, None)
