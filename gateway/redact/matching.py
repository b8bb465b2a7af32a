"""Which engine looks for the places where a secret may begin?

RE2 where the package `google-re2` can be imported: its time is linear in the text whatever the pattern, as
it keeps a set of states instead of going back. Otherwise `re`, which goes back: so every pattern that is
given to it here is bounded in length, and can go back no further than that. Both answer alike.
"""

import importlib
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final, NamedTuple, Protocol

MAX_STATES_BYTES: Final = 64 << 20
"""Room for RE2's states. Where it is used up RE2 begins anew, slower and still linear."""


class Start(NamedTuple):
    """How something begins."""

    pattern: str
    """Bounded in length, never over the end of a line, and in the syntax that both engines share."""
    words: tuple[str, ...]
    """In small letters: one of them is in all that the pattern matches."""


class Starts(Protocol):
    """Finds where one of its patterns begins to match."""

    def next(self, text: bytes, at: int, end: int) -> int:
        """Give the first place from `at` on, or -1; what lies beyond `end` is not looked at."""


class LinearStarts:
    """By RE2."""

    __slots__ = ("_search",)

    def __init__(self, re2: ModuleType, every: Sequence[Start]) -> None:
        self._search = compiled(re2, "|".join(one.pattern for one in every)).search

    def next(self, text: bytes, at: int, end: int) -> int:
        """See `Starts.next`."""
        found = self._search(text, at, end)
        return -1 if found is None else int(found.start())


class BoundedStarts:
    """By `re`, and only in lines that hold one of a pattern's words: those are found many times faster."""

    __slots__ = ("_asked", "_small", "_text", "_upcoming", "_words")

    def __init__(self, every: Sequence[Start]) -> None:
        patterns: dict[bytes, list[str]] = {}
        for one in every:
            for word in one.words:
                patterns.setdefault(word.encode(), []).append(one.pattern)
        self._words = {word: re.compile("|".join(many).encode()).search for word, many in patterns.items()}
        self._text = self._small = b""
        self._asked = 0
        self._upcoming: dict[bytes, int] = {}
        """Where each word comes next, from the last place on that was asked for."""

    def next(self, text: bytes, at: int, end: int) -> int:
        """See `Starts.next`. Places that only grow in one text are found in linear time."""
        if text is not self._text or at < self._asked:
            self._text, self._small = text, text.lower()
            self._upcoming = dict.fromkeys(self._words, -1)
        self._asked = at
        while (word_at := self._next_word(at)) < end:
            begun = max(at, self._small.rfind(b"\n", at, word_at) + 1)
            ended = self._small.find(b"\n", word_at, end)
            ended = end if ended < 0 else ended
            found = self._first_of_line(text, begun, ended)
            if found >= 0:
                return found
            at = self._asked = ended
        return -1

    # --- private ---

    def _next_word(self, at: int) -> int:
        small, upcoming = self._small, self._upcoming
        for word, place in upcoming.items():
            if place < at:
                found = small.find(word, at)
                upcoming[word] = len(small) if found < 0 else found
        return min(upcoming.values(), default=len(small))

    def _first_of_line(self, text: bytes, begun: int, ended: int) -> int:
        """The words that come before the line's end are in the line."""
        found = (
            self._words[word](text, begun, ended) for word, place in self._upcoming.items() if place < ended
        )
        return min((one.start() for one in found if one is not None), default=-1)


def re2_module() -> ModuleType | None:
    """Give google-re2, or None where it is not installed."""
    try:
        return importlib.import_module("re2")
    except ImportError:
        return None


def starts(every: Sequence[Start]) -> Starts:
    """Look by RE2 if it is there."""
    re2 = re2_module()
    return BoundedStarts(every) if re2 is None else LinearStarts(re2, every)


def compiled(re2: ModuleType, pattern: str, *, within_lines: bool = False) -> Any:
    """Compile a pattern over octets. Raises: the module's `error`, where RE2 does not know what it says."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = MAX_STATES_BYTES
    options.never_nl = within_lines
    options.log_errors = False
    return re2.compile(pattern.encode(), options)
