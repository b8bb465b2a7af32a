"""Which paths does this regular expression match, if a policy can say them exactly?

Only what cannot be misread: literals, one whole segment, and all that follows a `/`. Everything else is
refused: a regular expression that is nearly understood would open what it does not match.
"""

import re
from dataclasses import dataclass
from typing import Final

from gateway.config.problem import Unfit, show
from gateway.draft.reach import EVERYTHING, Reach
from gateway.draft.templates import below, exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRegex:
    """An expression that has to match from the beginning of a path on."""

    pattern: str
    whole: bool
    """Whether it has to match the path as a whole, with and without `$`."""

    def template(self) -> str:
        """Give paths of which it matches every one. Raises: Unfit."""
        read = _read(self.pattern)
        if not read.understood:
            raise Unfit(
                f"a policy cannot say exactly what the regular expression {show(self.pattern)} matches",
                "add the routes that it needs by hand, such as /v1/orders/{order}",
            )
        ends = (self.whole or read.ends) and not read.rest
        text = exactly(read.text) if ends else below(read.text)
        for number in range(1, read.segments + 1):
            text = text.replace(_SEGMENT_MARK, f"{{part{number}}}", 1)
        return text

    def reach(self) -> Reach:
        """Give what bounds it: the template where that is all, or the literal that it begins with."""
        read = _read(self.pattern)
        if read.understood and (self.whole or read.is_whole):
            return Reach(self.template())
        return EVERYTHING if "|" in read.beyond else Reach(None, read.stem)


# --- private ---

_SEGMENT_MARK: Final = "@@"
"""Stands for a segment until the literals are checked; `@` is none of them."""
_REST: Final = re.compile(r"(?:\(/\|\$\)\(\.\*\)|/\(\.\*\)|/\.\*)\$?")
"""`/a(/|$)(.*)`, `/a/(.*)` and `/a/.*`: all that is below /a."""
_SEGMENT: Final = re.compile(r"(?:\(\[\^/\]\+\)|\[\^/\]\+)(?=/|\$?$|\(/\|\$\))")
_LITERAL: Final = re.compile(r"(?:([A-Za-z0-9_~/=:,&-])|\\([.+~/_-]))(?![?*+{])")


@dataclass(slots=True)
class _Read:
    text: str = ""
    stem: str = ""
    """The literal before the first segment."""
    segments: int = 0
    rest: bool = False
    ends: bool = False
    beyond: str = ""
    """What was not understood."""

    @property
    def understood(self) -> bool:
        return self.beyond == "" and self.text.startswith("/")

    @property
    def is_whole(self) -> bool:
        """Not so where `/a` also means `/ab`."""
        return self.rest or self.ends or self.text.endswith(("/", _SEGMENT_MARK))


def _read(pattern: str) -> _Read:
    read, at = _Read(), 1 if pattern.startswith("^") else 0
    while at < len(pattern) and not read.rest:
        if pattern[at:] == "$":
            read.ends, at = True, at + 1
        elif found := _REST.match(pattern, at):
            if read.text.endswith("/"):  # an empty segment, which no request may have
                break
            read.text, read.rest, at = read.text or "/", True, found.end()
        elif read.text.endswith("/") and (found := _SEGMENT.match(pattern, at)):
            read.text, read.segments, at = read.text + _SEGMENT_MARK, read.segments + 1, found.end()
        elif found := _LITERAL.match(pattern, at):
            literal = found[1] or found[2]
            read.text += literal
            read.stem += "" if read.segments else literal
            at = found.end()
        else:
            break
    read.beyond = pattern[at:]
    return read
