"""Where does a text go on of which a log made a record of each line?

In the next record of the same writer, as if nothing stood before its lines; and over a few records of others,
which may stand between. A line that was cut into several records is joined.

The way depends on nothing but how lines begin, and ends at a record of others in which something was
redacted. So a mark in a secret's place never opens one that was not there (decision 0039).
"""

from typing import Final, NamedTuple

from gateway.redact.record import FORMS, Form, Record
from gateway.redact.span import MAX_LINES_BYTES, Reach

_MARK: Final = b"[REDACTED:"
MOST_BETWEEN: Final = 8
"""So many records of others may stand between two of one text."""


class Followed:
    """What follows a place."""

    __slots__ = (
        "_at", "_form", "_gaps", "_is_read", "_limit", "_reach", "_record", "_text", "end", "is_cut",
        "is_open", "whole",
    )  # fmt: skip

    def __init__(self, text: bytes, at: int, reach: Reach) -> None:
        self._text, self._at, self._reach = text, at, reach
        self._limit = min(reach.end, at + MAX_LINES_BYTES)
        self.whole = reach.whole or self._limit < reach.end
        """Whether nothing that was not read belongs to it."""
        self._is_read = False
        self._form: Form | None = None
        self._record: Record | None = None
        self._gaps: list[_Gap] = []
        self.end = self._limit
        """It goes on no farther."""
        self.is_open = False
        """Whether that is because no more was read."""
        self.is_cut = False
        """Whether the writer cut a line where the last gap is: it goes on as if nothing were between."""

    def over(self, stop: int, place: int) -> int:
        """Give where it goes on behind the line break from `stop` to `place`, or behind none.

        That is `place` where no log has made records of it. Where it does not go on it has its `end` there.
        """
        self.is_cut = False
        if not self._is_read:
            self._read_own()
        form, record = self._form, self._record
        end = form.end(record, self._text, stop, place, self._limit) if form and record else None
        if form is None or end is None:
            return place
        line = end.line
        for between in range(MOST_BETWEEN + 1):
            line_end = self._line_end(line)
            if line_end < 0:
                return self._ends(place, is_open=not self.whole)
            other = form.read(self._text, line, line_end)
            if other is not None and other.whose == end.whose:
                if form.is_half(self._text, other.text):
                    break
                return self._go_on(_Gap(stop, other.text, end.is_cut), other)
            if self._text.find(_MARK, line, line_end) >= 0:
                break
            if other is None:
                return place if form.is_loose and not between and place > stop else self._ends(place)
            line = line_end + 1
        return self._ends(place)

    def parts(self, end: int) -> list[tuple[int, int]]:
        """Give what stands of it up to there in each record."""
        start, found = self._at, []
        for gap in self._gaps:
            if gap.start < end:
                found.append((start, gap.start))
                start = gap.end
        return [one for one in (*found, (start, end)) if one[0] < one[1]]

    def between(self, start: int, end: int) -> bytes:
        """Give it from there to there as it was before a log made records of it."""
        pieces: list[bytes] = []
        for gap in self._gaps:
            if start <= gap.start < end:
                pieces += (self._text[start : gap.start], b"" if gap.is_cut else b"\n")
                start = gap.end
        return b"".join((*pieces, self._text[start:end]))

    # --- private ---

    def _read_own(self) -> None:
        """It says alone what is before its lines, and whose they are."""
        self._is_read = True
        begun = self._text.rfind(b"\n", self._reach.begun, self._at) + 1 or self._reach.begun
        for form in FORMS:
            self._record = form.own(self._text, begun, self._at)
            if self._record is not None:
                self._form = form
                return

    def _line_end(self, line: int) -> int:
        """Where the line ends, or -1 where that was not read."""
        line_end = self._text.find(b"\n", line, self._limit)
        is_last = self._reach.whole and line < self._limit == self._reach.end
        return self._limit if line_end < 0 and is_last else line_end

    def _go_on(self, gap: "_Gap", record: Record) -> int:
        self._gaps.append(gap)
        self._record, self.is_cut = record, gap.is_cut
        return gap.end

    def _ends(self, place: int, *, is_open: bool = False) -> int:
        self.end, self.is_open, self.whole = place, is_open, not is_open
        return place


# --- private ---


class _Gap(NamedTuple):
    """From the end of a line's text to where the next begins."""

    start: int
    end: int
    is_cut: bool
