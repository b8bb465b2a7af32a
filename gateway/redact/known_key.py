"""Where does a key end that is known by its form, and is it one?"""

import re
from typing import Final

from gateway.redact.judge import entropy, touches_a_word
from gateway.redact.known_keys import Key
from gateway.redact.span import NOTHING, Looked, Measured, Reach, Span


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
        if self._key.apart and _touches(text, start, end, reach):
            return Looked(end + 1)
        value = text[start:end].rstrip(b".-")
        if not self._counts(value):
            return Looked(end + 1)
        return (Span(start, start + len(value), self._key.id, value),)

    # --- private ---

    def _counts(self, value: bytes) -> bool:
        """Not where it is an example in a manual, or the same character again and again."""
        if value.endswith(b"EXAMPLE") or entropy(value) < self._key.entropy:
            return False
        return not self._key.digit or _DIGIT.search(value) is not None


_LEAD: Final = re.compile(rb"[A-Za-z0-9_~.]*+\Z")
_DIGIT: Final = re.compile(rb"[0-9]")
_ALNUM: Final = frozenset(
    bytes((octet,)) for octet in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
)


def _touches(text: bytes, start: int, end: int, reach: Reach) -> bool:
    """A hyphen or a low line before it is part of the name of a variable; after it, of another word."""
    before = text[start - 1 : start] != b"_" and touches_a_word(text, start, reach.floor)
    return before or (end < reach.end and (text[end : end + 1] in _ALNUM or text[end : end + 1] == b"_"))
