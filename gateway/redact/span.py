"""What was found in a text, and what is not sure yet?"""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Span(NamedTuple):
    """A secret: `text[start:end]`. Never shown by its value."""

    start: int
    end: int
    type: str
    canonical: bytes
    """The secret as its owner spells it: without percent signs, escapes and wrapped lines."""
    part: bool = False
    """Whether it is the rest of the one before it, which a log made more than one record of."""


class Open(NamedTuple):
    """Here something begins that may go on in a line that has not been read."""

    start: int


class Passed(NamedTuple):
    """Here stands what was redacted before, or what is not to be looked into."""

    end: int


class Looked(NamedTuple):
    """Nothing begins here, as far as was looked."""

    end: int
    """Whatever follows here changes nothing of that."""
    pieces: tuple[tuple[int, int], ...] = ()
    """What was looked at in lines that follow, where it might have gone on: each begins with its line."""


Measured = tuple[Span, ...] | Open | Passed | Looked
"""One secret, in one span or one for each record that has a part; or none where it only looked like one."""

NOTHING: Final[tuple[Span, ...]] = ()

MAX_LINES_BYTES: Final = 65_536
"""A secret of several lines is not followed any further."""
MAX_LINE_BYTES: Final = 1 << 20
"""A line that is longer, or lines that secrets join, are not looked at as a whole."""


class Reach(NamedTuple):
    """How far may be looked, and what the end of it means."""

    floor: int
    """Before this all is decided: what was found ends here, or the text begins."""
    end: int
    whole: bool
    """Whether nothing can follow `end`."""
    begun: int = 0
    """Before this no line begins that is looked at."""


def further(one: Measured, other: Looked) -> Looked:
    """Give how far both looked."""
    if not isinstance(one, Looked):
        return other
    return Looked(max(one.end, other.end), one.pieces + other.pieces)


def in_parts(parts: Sequence[tuple[int, int]], type_: str, canonical: bytes) -> tuple[Span, ...]:
    """Give a secret that stands there."""
    return tuple(Span(*one, type_, canonical, part=number > 0) for number, one in enumerate(parts))
