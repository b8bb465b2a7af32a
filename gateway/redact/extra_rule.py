"""What does a rule find that somebody else has written?

Its expression is anybody's, so it is matched in linear time alone, whatever it says, and only in texts that
hold one of its keywords. Within lines where the text is redacted, `^` and `$` being theirs: a line is passed
on when it ends. Over lines where it is only searched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.redact.allowlist import Allowlist, Search
from gateway.redact.judge import entropy
from gateway.redact.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRule:
    """One rule, ready to be matched."""

    id: str
    search: Search | None
    """Within lines. None: a file counts by its path alone."""
    over: Search | None = None
    """Over lines; None: as `search`."""
    keywords: tuple[bytes, ...] = ()
    """In small letters. None: every text is searched."""
    entropy: float = 0.0
    group: int = 0
    """Which group of the expression is the secret; 0 where that is the first one, or all of it."""
    allowlists: tuple[Allowlist, ...] = ()
    path: Search | None = None
    """Only files whose path has it."""

    def of_file(self, path: bytes) -> "ExtraRule | None":
        """Give what of it is asked in this file; None where it says nothing about it. Stdin has no path."""
        if self.path is not None and (not path or self.path(path) is None):
            return None
        if any(one.allows_file(path) for one in self.allowlists):
            return None
        left = tuple(one for own in self.allowlists if (one := own.of_file(path)) is not None)
        return self if left == self.allowlists else replace(self, allowlists=left)

    def has_keyword(self, small: bytes, at: int, end: int) -> bool:
        """Whether it has to be asked; `small` is the text in small letters."""
        return not self.keywords or any(small.find(word, at, end) >= 0 for word in self.keywords)

    def spans(self, text: bytes, at: int, end: int, *, over_lines: bool = False) -> Iterator[Span]:
        """Give what it finds in `text[at:end]`."""
        search = self.over if over_lines and self.over is not None else self.search
        while search is not None and at < end and (found := search(text, at, end)) is not None:
            start, stop = self._secret(found)
            while stop > start and text[stop - 1 : stop] == b"\n":
                stop -= 1
            if stop > start and self._counts(text, start, stop, found.span()):
                yield Span(start, stop, self.id, text[start:stop])
            at = max(found.end(), found.start() + 1)

    # --- private ---

    def _secret(self, found: Any) -> tuple[int, int]:
        groups = (self.group,) if self.group else range(1, found.re.groups + 1)
        for group in groups:
            if found.end(group) > found.start(group):
                return int(found.start(group)), int(found.end(group))
        return int(found.start()), int(found.end())

    def _counts(self, text: bytes, start: int, stop: int, match: tuple[int, int]) -> bool:
        secret = text[start:stop]
        if self.entropy and entropy(secret, up_to=_MAX_JUDGED_BYTES) <= self.entropy:
            return False
        if not self.allowlists:
            return True
        begun, ended = text.rfind(b"\n", 0, match[0]) + 1, text.find(b"\n", match[1] - 1)
        line = text[begun : len(text) if ended < 0 else ended]
        matched = text[match[0] : match[1]].strip(b"\n")
        return not any(one.allows(secret, matched, line) for one in self.allowlists)


def between(
    rules: Iterable[ExtraRule], text: bytes, marks: list[tuple[int, int]], at: int, end: int
) -> list[Span]:
    """Give what they find in `text[at:end]` between marks, each between what those before it have found."""
    small, taken = text.lower(), marks
    found: list[Span] = []
    for rule in rules:
        if rule.has_keyword(small, at, end):
            new = [span for begun, ended in _gaps(taken, at, end) for span in rule.spans(text, begun, ended)]
            found += new
            taken = sorted((*taken, *(span[:2] for span in new))) if new else taken
    return sorted(found)


def over_lines(rules: Iterable[ExtraRule], text: bytes, at: int, end: int) -> list[Span]:
    """Give what they find in `text[at:end]`, over lines, whatever else is there."""
    small = text.lower()
    return sorted(
        span
        for rule in rules
        if rule.has_keyword(small, at, end)
        for span in rule.spans(text, at, end, over_lines=True)
    )


# --- private ---


def _gaps(taken: Iterable[tuple[int, int]], at: int, end: int) -> Iterator[tuple[int, int]]:
    for begun, ended in taken:
        yield at, begun
        at = max(at, ended)
    yield at, end


_MAX_JUDGED_BYTES: Final = 65_536
