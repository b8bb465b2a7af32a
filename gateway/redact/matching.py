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

    __slots__ = ("_asked", "_line", "_matches", "_small", "_text", "_upcoming", "_words")

    def __init__(self, every: Sequence[Start]) -> None:
        patterns: dict[bytes, list[str]] = {}
        for one in every:
            for word in one.words:
                patterns.setdefault(word.encode(), []).append(one.pattern)
        self._words = {word: re.compile("|".join(many).encode()).search for word, many in patterns.items()}
        self._text = self._small = b""
        self._asked, self._line = 0, (0, -1)
        self._begin(b"")

    def next(self, text: bytes, at: int, end: int) -> int:
        """See `Starts.next`. Places that only grow in one text are found in linear time."""
        if text is not self._text:
            self._begin(text)
        elif at < self._asked:
            self._step_back(at)
        while True:
            self._asked = at
            word_at = self._next_word(at)
            if word_at >= end:
                return -1
            ended = min(self._line_end(word_at), end)
            found = self._first_of_line(max(at, self._line[0]), ended)
            if found >= 0:
                return found
            at = ended

    # --- private ---

    def _step_back(self, at: int) -> None:
        small, asked = self._small, self._asked
        for word, place in self._upcoming.items():
            found = small.find(word, at, asked + len(word))
            if 0 <= found < place:
                self._upcoming[word] = found
        self._asked = at
        self._line = (0, -1)
        self._matches.clear()

    def _begin(self, text: bytes) -> None:
        self._text, self._small = text, text.lower()
        self._asked = 0
        self._line = (0, -1)
        self._upcoming = dict.fromkeys(self._words, -1)
        """Where each word comes next, from the last place on that was asked for."""
        self._matches: dict[bytes, tuple[int, int]] = {}
        """How far each word's patterns were looked for, and where they matched there; or -1."""

    def _next_word(self, at: int) -> int:
        small, upcoming = self._small, self._upcoming
        for word, place in upcoming.items():
            if place < at:
                found = small.find(word, at)
                upcoming[word] = len(small) if found < 0 else found
        return min(upcoming.values(), default=len(small))

    def _line_end(self, place: int) -> int:
        begun, ended = self._line
        if not begun <= place <= ended:
            begun = self._small.rfind(b"\n", max(0, ended), place) + 1
            ended = self._small.find(b"\n", place)
            self._line = begun, ended if ended >= 0 else len(self._small)
        return self._line[1]

    def _first_of_line(self, begun: int, ended: int) -> int:
        """The words that come before the line's end are in the line."""
        first = -1
        for word, place in self._upcoming.items():
            if place < ended:
                match = self._match(word, begun, ended)
                if match >= 0 and (first < 0 or match < first):
                    first = match
        return first

    def _match(self, word: bytes, begun: int, ended: int) -> int:
        looked, match = self._matches.get(word, (-1, -1))
        if looked != ended or 0 <= match < begun:
            found = self._words[word](self._text, begun, ended)
            match = -1 if found is None else found.start()
            self._matches[word] = ended, match
        return match


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
