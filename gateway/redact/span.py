"""What was found in a text, and what is not sure yet?"""

from typing import Final, NamedTuple


class Span(NamedTuple):
    """A secret: `text[start:end]`. Never shown by its value."""

    start: int
    end: int
    type: str
    canonical: bytes
    """The secret as its owner spells it: without percent signs, escapes and wrapped lines."""


class Open(NamedTuple):
    """Here something begins that may go on in a line that has not been read."""

    start: int


class Passed(NamedTuple):
    """Here stands what was redacted before, or what is not to be looked into."""

    end: int


Measured = tuple[Span, ...] | Open | Passed
"""One span, or none where it only looked like a secret."""

NOTHING: Final[tuple[Span, ...]] = ()

MAX_LINES_BYTES: Final = 65_536
"""A secret of several lines is not followed any further."""


class Reach(NamedTuple):
    """How far may be looked, and what the end of it means."""

    floor: int
    """Before this all is decided: what was found ends here, or the text begins."""
    end: int
    whole: bool
    """Whether nothing can follow `end`."""
