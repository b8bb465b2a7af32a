"""Which engine looks for the places where a secret may begin?

RE2 where the package `google-re2` can be imported: its time is linear in the text whatever the pattern, as it
keeps a set of states instead of going back. Otherwise `re`, which goes back: so every pattern that is given to
it here is bounded in length, and can go back no further than that. Both answer alike.
"""

import importlib
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final, Protocol

MAX_STATES_BYTES: Final = 64 << 20
"""Room for RE2's states. Where it is used up RE2 begins anew, slower and still linear."""


class Starts(Protocol):
    """Finds where one of its patterns begins to match."""

    def next(self, text: bytes, at: int, end: int) -> int:
        """Give the first place from `at` on, or -1; what lies beyond `end` is not looked at."""


class LinearStarts:
    """By RE2."""

    __slots__ = ("_search",)

    def __init__(self, re2: ModuleType, patterns: Sequence[str]) -> None:
        self._search = compiled(re2, "|".join(patterns)).search

    def next(self, text: bytes, at: int, end: int) -> int:
        """See `Starts.next`."""
        found = self._search(text, at, end)
        return -1 if found is None else int(found.start())


class BoundedStarts:
    """By `re`."""

    __slots__ = ("_search",)

    def __init__(self, patterns: Sequence[str]) -> None:
        self._search = re.compile("|".join(patterns).encode()).search

    def next(self, text: bytes, at: int, end: int) -> int:
        """See `Starts.next`."""
        found = self._search(text, at, end)
        return -1 if found is None else found.start()


def re2_module() -> ModuleType | None:
    """Give google-re2, or None where it is not installed."""
    try:
        return importlib.import_module("re2")
    except ImportError:
        return None


def starts(patterns: Sequence[str]) -> Starts:
    """Look by RE2 if it is there."""
    re2 = re2_module()
    return BoundedStarts(patterns) if re2 is None else LinearStarts(re2, patterns)


def compiled(re2: ModuleType, pattern: str, *, within_lines: bool = False) -> Any:
    """Compile a pattern over octets. Raises: the module's `error`, where RE2 does not know what it says."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = MAX_STATES_BYTES
    options.never_nl = within_lines
    options.log_errors = False
    return re2.compile(pattern.encode(), options)
