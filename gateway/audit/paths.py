"""Which of many paths lie within this one?

By what a path begins with: of a regular expression only the plain characters at its start are looked at, so
that it is taken for more than it is, never for less.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Generic, NamedTuple, TypeVar, assert_never

from gateway.audit.exposure import PathKind, PathMatch

T = TypeVar("T")


class Span(NamedTuple):
    """What the paths of a route begin with."""

    start: str
    is_wide: bool
    """Whether anything may follow."""


def span_of(path: PathMatch) -> Span:
    """Give it in a form that can be compared: an element ends with a slash, so that `/a` is not in `/ab`."""
    match path.kind:
        case PathKind.EXACT:
            return Span(f"{path.value.rstrip('/')}/", is_wide=False)
        case PathKind.PREFIX:
            return Span(f"{path.value.rstrip('/')}/", is_wide=True)
        case PathKind.BEGINS_WITH:
            return Span(path.value, is_wide=True)
        case PathKind.REGEX:
            return Span(_plain_start(path.value), is_wide=True)
        case PathKind.UNKNOWN:
            return Span("", is_wide=True)
        case _:
            assert_never(path.kind)


class Paths(Generic[T]):
    """Things by their paths, sorted."""

    def __init__(self, things: Iterable[tuple[PathMatch, T]]) -> None:
        marked = sorted(((span_of(path), thing) for path, thing in things), key=lambda one: one[0])
        self._starts: Final = [span.start for span, _ in marked]
        self._marked: Final = marked

    def within(self, path: PathMatch, *, most: int = 64) -> Iterator[T]:
        """Give things whose paths all lie within this one; no more than the first so many are looked at."""
        outer = span_of(path)
        begin = bisect_left(self._starts, outer.start)
        for span, thing in islice(self._marked, begin, begin + most):
            if not span.start.startswith(outer.start):
                return
            if outer.is_wide or span == outer:
                yield thing


# --- private ---

_SPECIAL: Final = re.compile(r"[\\.^$*+?()\[\]{}|]")


def _plain_start(pattern: str) -> str:
    pattern = pattern.removeprefix("^")
    if "|" in pattern:
        return ""
    special = _SPECIAL.search(pattern)
    if special is None:
        return pattern
    start = pattern[: special.start()]
    return start[:-1] if special[0] in "*?{" else start
