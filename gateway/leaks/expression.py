"""Can this expression of somebody else be matched in linear time, and how?

Expressions of gitleaks are Go's, which is the syntax of RE2: all of them, where google-re2 is installed.
Without it `re` matches those that it cannot go back in: without repetitions but of a fixed number.
"""

import re
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, Final

from gateway.redact.allowlist import Search
from gateway.redact.matching import compiled, re2_module


class NotUnderstood(Exception):
    """Says why."""


class Expressions:
    """Compiles them."""

    def __init__(self, re2: Callable[[], ModuleType | None] = re2_module) -> None:
        self._re2 = re2()

    def groups(self, text: str) -> int:
        """Give how many groups it has. Raises: NotUnderstood."""
        return int(self._compiled(text).groups)

    def search(self, text: str) -> Search:
        """Search over lines. Raises: NotUnderstood."""
        search: Search = self._compiled(text).search
        return search

    def search_in_lines(self, text: str) -> Search:
        """Search within lines, whose ends `^` and `$` are. Raises: NotUnderstood."""
        self._compiled(text)
        re2 = self._re2
        if re2 is None:
            search: Search = self._compiled(f"(?m){text}").search
            return search

        @cache
        def later() -> Any:  # most are never asked
            return compiled(re2, f"(?m){text}", within_lines=True).search

        def in_lines(*where: Any) -> Any:
            return later()(*where)

        return in_lines

    # --- private ---

    def _compiled(self, text: str) -> Any:
        if self._re2 is not None:
            try:
                return compiled(self._re2, text)
            except self._re2.error:
                raise NotUnderstood("RE2 does not understand its expression") from None
        if _FIXED.fullmatch(text) is None:
            raise NotUnderstood(
                "its expression is matched in linear time by RE2 alone, which is not installed: "
                "pip install 'token-gateway[leaks]'"
            )
        try:
            return re.compile(text.encode())
        except re.error:
            raise NotUnderstood("its expression is none") from None


# --- private ---

_FIXED: Final = re.compile(
    r"(?:\(\?[im]{1,2}\))*"
    r"(?:(?:\\[dws.\-/$]|[A-Za-z0-9_:/=@%,;~\"' -]|\[[^\[\]\\]+\])(?:\{[0-9]{1,3}\})?|\\b|[\^$|()]|\(\?:)*"
)
"""Each try takes no longer than the expression is long: nothing in it repeats but so many times."""
