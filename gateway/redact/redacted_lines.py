"""How will these lines look when they are redacted, and what of the text stands where in them?

What was no secret may be one when its neighbour is gone. So lines where that may be are looked at as they
will be looked at when somebody redacts them again.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from gateway.redact.span import Span


class _Part(NamedTuple):
    begun: int
    """In the lines."""
    start: int
    """In the text."""
    end: int
    marked: bool


class RedactedLines:
    """Some lines of a text, a mark for each secret."""

    __slots__ = ("_begun", "_parts", "text")

    def __init__(self, text: bytes, spans: Iterable[Span], lines: Iterable[tuple[int, int]]) -> None:
        """`spans` and `lines` (where each begins and ends) in their order."""
        self._parts: list[_Part] = []
        self._begun: list[int] = []
        pieces: list[bytes] = []
        left = iter(spans)
        span = next(left, None)
        begun = 0
        for at, end in lines:
            while at < end:
                while span is not None and span.end <= at:
                    span = next(left, None)
                marked = span is not None and span.start <= at
                stop = end if span is None else span.end if marked else min(end, span.start)
                piece = _MARK if marked else text[at:stop]
                self._parts.append(_Part(begun, at, stop, marked))
                self._begun.append(begun)
                pieces.append(piece)
                begun += len(piece)
                at = stop  # noqa: PLW2901
        self.text = b"".join(pieces)

    def back(self, span: Span) -> Span:
        """Give where it is in the text."""
        first, last = self._part(span.start), self._part(span.end - 1)
        start = first.start if first.marked else first.start + span.start - first.begun
        end = last.end if last.marked else last.start + span.end - last.begun
        return span._replace(start=start, end=end)

    # --- private ---

    def _part(self, place: int) -> _Part:
        return self._parts[bisect_right(self._begun, place) - 1]


def lines_of(text: bytes, spans: Iterable[Span], at: int, end: int) -> list[tuple[int, int]]:
    """Give where the lines of these secrets begin and end, each once, no further than the text is decided."""
    lines: list[tuple[int, int]] = []
    for span in spans:
        if lines and span.end <= lines[-1][1]:
            continue
        begun = max(at, lines[-1][1] if lines else at, text.rfind(b"\n", at, span.start) + 1)
        ended = text.find(b"\n", span.end, end)
        lines.append((begun, end if ended < 0 else ended + 1))
    return lines


# --- private ---

_MARK: Final = b"[REDACTED:jwt:tfp1_aaaaaaaaaaaaaaaa]"
