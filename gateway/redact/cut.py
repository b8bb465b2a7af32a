"""Where may a line be cut that is too long to be looked at as a whole?

Where nothing before looks over the cut, and nothing behind it looks back; and where that stays so, whatever
is found behind it later. So neither side knows of the other, and each is redacted as if it were alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.redact.between import QUOTE
from gateway.redact.names import HEADERS, PASSWORDS, SECRETS
from gateway.redact.span import Looked


class Looks(NamedTuple):
    """What was looked at in a line that holds no secret any more."""

    line: bytes
    looks: Sequence[tuple[int, Looked]]
    """Where something might have begun, in their order, and how far was looked there."""
    marks: Sequence[tuple[int, int]]
    """Where they stand."""


def last_cut(seen: Looks, least: int, most: int) -> int:
    """Give the last place from `least` to `most` where it may be cut, or -1. Time linear in the length."""
    found = -1
    looked = 0
    events = _events(seen)
    apart = (one.end() for one in _APART.finditer(seen.line, max(0, least - 1), most + 1))
    place = next(apart, None)
    for start, end in events:
        while place is not None and place <= start:
            if looked <= place and least <= place <= most < len(seen.line) and _is_apart(seen.line, place):
                found = place
            place = next(apart, None)
        free = min(most, start - FREE_BYTES)
        if free >= max(looked, least) and free > found and _is_free(seen.line, free):
            found = free
        looked = max(looked, end)
    return found


FREE_BYTES: Final = 16_384
"""So much in which nothing begins. What is found behind it comes nearer with each look, by less than 530
octets, and there are no more than thirty (`settle`)."""

# --- private ---

_APART: Final = re.compile(rb"[\],)}|]")
"""Behind one of these no beginning goes on, unless it stands behind a name, or is in a user info, a name of
curl's or a login; nor does anything that looks back, but for a curl."""
_NAME: Final = re.compile(
    rf"(?i:authorization|auth|{HEADERS}|{SECRETS}|{PASSWORDS})(?:{QUOTE})?(?:[ ]?,|\])\Z".encode()
)
_SPACE: Final = b" \"'"
"""What ends a user info and a name of curl's."""
_NEAR: Final = 512
"""More than a beginning is long, and than any looks back."""
_NAME_BYTES: Final = 80


def _events(seen: Looks) -> Iterator[tuple[int, int]]:
    """Where something stands, or might have begun, and up to where it matters; the end is the last."""
    every: Iterable[tuple[int, int]] = (*((at, one.end) for at, one in seen.looks), *seen.marks)
    yield from sorted(every)
    yield len(seen.line), len(seen.line)


def _is_apart(line: bytes, place: int) -> bool:
    near = line[max(0, place - _NEAR) : place]
    if b"curl" in near or b"login" in near or _NAME.search(near[-_NAME_BYTES:]) is not None:
        return False
    return line[place] in _SPACE or _is_free(line, place)


def _is_free(line: bytes, place: int) -> bool:
    """Only these may go on in a mark."""
    near = line[max(0, place - _NEAR) : place]
    return b"://" not in near and b"-u" not in near and b"login" not in near
