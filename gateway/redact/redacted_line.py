"""How will this line look when it is redacted, and what of the text stands where in it?

What was no secret may be one when its neighbour is gone. So a line is looked at as it will be looked at when
somebody redacts it again.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.redact.span import Span

MarkOf = Callable[[Span], bytes]
"""What `replace` writes in a secret's place."""


class _Part(NamedTuple):
    start: int
    """In the text."""
    end: int
    marked: bool


def _start(part: _Part) -> int:
    return part.start


class RedactedLine:
    """`text[begun:ended]`, a mark for each secret; and what follows it, as it stands in the text."""

    __slots__ = ("_begun", "_ended", "_parts", "line")

    def __init__(self, text: bytes, begun: int, ended: int, spans: Sequence[Span], mark_of: MarkOf) -> None:
        """`spans` in their order; none reaches over another."""
        pieces: list[bytes] = []
        self._parts: list[_Part] = []
        self._ended = ended
        at = begun
        for span in spans:
            pieces += (text[at : span.start], mark_of(span))
            self._parts += (_Part(at, span.start, marked=False), _Part(span.start, span.end, marked=True))
            at = span.end
        pieces.append(text[at:ended])
        self._parts.append(_Part(at, ended, marked=False))
        self._begun = [0]
        for piece in pieces:
            self._begun.append(self._begun[-1] + len(piece))
        self.line = b"".join(pieces)

    def back(self, span: Span) -> Span:
        """Give where it is in the text."""
        start, end = self.place(span.start), self.place(span.end - 1, last=True) + 1
        return span._replace(start=start, end=end)

    @property
    def marks(self) -> list[tuple[int, int]]:
        """Where they stand in the line."""
        places = zip(self._parts, self._begun, self._begun[1:], strict=False)
        return [(begun, ended) for part, begun, ended in places if part.marked]

    def place_of(self, place: int) -> int:
        """Give where this octet of the text is in the line; of a secret where its mark begins."""
        number = bisect_right(self._parts, place, key=_start) - 1
        part = self._parts[number]
        return self._begun[number] + (0 if part.marked else place - part.start)

    def place(self, place: int, *, last: bool = False) -> int:
        """Give where in the text an octet of the line is, or of what follows; of a mark the first or last."""
        beyond = place - len(self.line)
        if beyond >= 0:
            return self._ended + beyond
        number = bisect_right(self._begun, place) - 1
        part = self._parts[number]
        if part.marked:
            return part.end - 1 if last else part.start
        return part.start + place - self._begun[number]
