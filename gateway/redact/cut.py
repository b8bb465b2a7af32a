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
    """Give the last place from `least` to `most` where it may be cut, or -1. Time linear in the length.

    From the end: most lines can be cut nearly everywhere, and to know it of a place costs.
    """
    most = min(most, len(seen.line) - 1)
    for low, start in reversed(list(_gaps(seen, least))):
        free = min(most, start - FREE_BYTES)
        free = free if free >= low and _is_free(seen.line, free) else -1
        found = max(free, _last_apart(seen.line, max(low, free), min(most, start)))
        if found >= 0:
            return found
    return -1


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
_BLOCK: Final = 4096
"""So much is looked through at a time, from the end."""


def _gaps(seen: Looks, least: int) -> Iterator[tuple[int, int]]:
    """Give from where nothing before looks, up to where the next thing stands or might have begun."""
    every: Iterable[tuple[int, int]] = (*((at, one.end) for at, one in seen.looks), *seen.marks)
    looked = least
    for start, end in sorted(every):
        yield looked, start
        looked = max(looked, end)
    yield looked, len(seen.line)


def _last_apart(line: bytes, low: int, high: int) -> int:
    """Give the last place from `low` to `high` behind what parts, or -1."""
    least = max(0, low - 1)
    while high > least:
        begin = max(least, high - _BLOCK)
        for found in reversed(list(_APART.finditer(line, begin, high))):
            if _is_apart(line, found.end()):
                return found.end()
        high = begin
    return -1


def _is_apart(line: bytes, place: int) -> bool:
    near = line[max(0, place - _NEAR) : place]
    if b"curl" in near or b"login" in near or _NAME.search(near[-_NAME_BYTES:]) is not None:
        return False
    return line[place] in _SPACE or _is_free(line, place)


def _is_free(line: bytes, place: int) -> bool:
    """Only these may go on in a mark."""
    near = line[max(0, place - _NEAR) : place]
    return b"://" not in near and b"-u" not in near and b"login" not in near
