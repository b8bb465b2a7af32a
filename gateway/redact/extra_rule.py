"""What does a rule find that somebody else has written?

Its expression is anybody's, so it is matched by RE2 alone: in linear time, whatever it says. It is matched
within lines, `^` and `$` being theirs, and only in texts that hold one of its keywords.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.redact.judge import entropy, is_placeholder
from gateway.redact.span import Span


class Allows(Protocol):
    """Whether what was found may be there."""

    def __call__(self, secret: bytes, match: bytes, line: bytes) -> bool:
        """Decide by the secret, by all that the expression matched, and by the line that it is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRule:
    """One rule, ready to be matched."""

    id: str
    search: Callable[[bytes, int, int], Any]
    """Of an expression that RE2 has compiled, within lines."""
    keywords: tuple[bytes, ...] = ()
    """In small letters. None: every text is searched."""
    entropy: float = 0.0
    group: int = 0
    """Which group of the expression is the secret; 0 where that is the first one, or all of it."""
    allows: tuple[Allows, ...] = ()

    def spans(self, text: bytes, small: bytes, at: int, end: int) -> Iterator[Span]:
        """Give what it finds in `text[at:end]`; `small` is the text in small letters."""
        if self.keywords and not any(small.find(word, at, end) >= 0 for word in self.keywords):
            return
        while at < end and (found := self.search(text, at, end)) is not None:
            start, stop = self._secret(found)
            if stop > start and self._counts(text, start, stop, found.span()):
                yield Span(start, stop, self.id, text[start:stop])
            at = max(found.end(), found.start() + 1)

    # --- private ---

    def _secret(self, found: Any) -> tuple[int, int]:
        groups = (self.group,) if self.group else range(1, found.re.groups + 1)
        for group in groups:
            if found.start(group) >= 0:
                return int(found.start(group)), int(found.end(group))
        return int(found.start()), int(found.end())

    def _counts(self, text: bytes, start: int, stop: int, match: tuple[int, int]) -> bool:
        secret = text[start:stop]
        if is_placeholder(secret) or entropy(secret) < self.entropy:
            return False
        if not self.allows:
            return True
        ended = text.find(b"\n", stop)
        line = text[text.rfind(b"\n", 0, start) + 1 : len(text) if ended < 0 else ended]
        return not any(allows(secret, text[match[0] : match[1]], line) for allows in self.allows)
