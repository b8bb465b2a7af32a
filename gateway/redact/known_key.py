"""Where does a key end that is known by its form, and is it one?"""

import re
from typing import Final

from gateway.redact.judge import entropy, is_marked
from gateway.redact.known_keys import Key
from gateway.redact.span import NOTHING, Measured, Reach, Span


class KnownKey:
    """Measures keys of one form."""

    __slots__ = ("_id", "_key", "_more", "_pattern")

    def __init__(self, key: Key) -> None:
        self._key = key
        self._pattern = re.compile(key.pattern.encode())
        self._more = re.compile(f"[{key.more}]*+".encode()) if key.more else None

    def measure(self, text: bytes, at: int, reach: Reach) -> Measured:
        """Give the key around `at`: some are known by their middle."""
        start = at - self._key.before
        found = self._pattern.match(text, at, reach.end)
        if found is None or start < reach.floor or _LEAD.match(text, start, at) is None:
            return NOTHING
        end = found.end()
        if self._more is not None:
            end = self._more.match(text, end, reach.end).end()  # type: ignore[union-attr]  # may be empty
        if self._key.apart and (_touches(text, start, reach) or text[end : min(end + 1, reach.end)] in _WORD):
            return NOTHING
        if is_marked(text, start, end):
            return NOTHING
        value = text[start:end].rstrip(b".-")
        return (Span(start, start + len(value), self._key.id, value),) if self._counts(value) else NOTHING

    # --- private ---

    def _counts(self, value: bytes) -> bool:
        """Not where it is an example in a manual, or the same character again and again."""
        if value.endswith(b"EXAMPLE") or entropy(value) < self._key.entropy:
            return False
        return not self._key.digit or _DIGIT.search(value) is not None


_LEAD: Final = re.compile(rb"[A-Za-z0-9_~.]*+\Z")
_DIGIT: Final = re.compile(rb"[0-9]")
_WORD: Final = frozenset(
    bytes((octet,)) for octet in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
)
_ESCAPE: Final = re.compile(
    rb"(?:%(?:25){0,2}[0-9A-Fa-f]{2}|\\[nrtbf]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2})\Z"
)


def _touches(text: bytes, start: int, reach: Reach) -> bool:
    return (
        start > reach.floor
        and text[start - 1 : start] in _ALNUM
        and _ESCAPE.search(text[max(reach.floor, start - 8) : start]) is None
    )


_ALNUM: Final = _WORD - {b"_"}
