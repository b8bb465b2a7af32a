"""In which form does a file hold no secret octet by octet, and is this one?

What is compressed, and text whose characters are two octets wide. A search of such a file as it is would find
nothing, and would seem to say that nothing is there.
"""

from typing import Final

from gateway.leaks.unpack import GZIP, ZSTANDARD
from gateway.leaks.wide import BOMS

FORMS: Final = {"gzip": GZIP, "Zstandard": ZSTANDARD, "UTF-16": BOMS}
"""By the octets with which a file of it begins."""

HEAD_BYTES: Final = max(len(mark) for marks in FORMS.values() for mark in marks)
"""So many tell."""


def form_of(head: bytes) -> str | None:
    """Name the form of a file that begins so; None where it is none of these, or cannot be told yet."""
    return next((form for form, marks in FORMS.items() if head.startswith(marks)), None)


def is_undecided(head: bytes) -> bool:
    """Whether it is one of these or none, by what follows."""
    return any(mark.startswith(head) for marks in FORMS.values() for mark in marks)
