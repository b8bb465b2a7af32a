"""When does nothing more of a text look like a secret?

When one more look at it, as it is redacted, shows none: so what was redacted is redacted again to itself, by
definition and not by luck. A line is looked at until that is so, and then the next. Three things make it true
of the whole, and keep it cheap:

* What is decided of a place depends on its own line, or on lines that follow it, never on what was before.
  What is given once the line ends (`whole=False`) is the same whatever follows: else it is `Open`, and waits.
* A place that is no secret for what stands in later lines stays none when those are redacted: `Wall`.
* Each look takes something, or is the last. From the eighth on each takes twice as much around it as the one
  before, so there are no more than thirty.

Decision 0036 says why this is enough.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from gateway.redact.cut import Looks, last_cut
from gateway.redact.find import Finder, Seen
from gateway.redact.redacted_line import MarkOf, RedactedLine
from gateway.redact.span import MAX_LINE_BYTES, MAX_LINES_BYTES, Looked, Span

TOO_LONG_LINE: Final = "too-long-line"
"""The type of a stretch of a line in which everything hangs together."""

Wall = tuple[int, int]
"""What a line has of something that begins before it, and was none: from where it begins to where it ends."""


class Found(NamedTuple):
    """What is decided."""

    spans: list[Span]
    settled: int
    """Up to here: what follows may look otherwise when more has been read."""
    walls: tuple[Wall, ...] = ()
    """Of what is settled, in what is not."""
    also: tuple[Span, ...] = ()
    """What rules of others find in a file that is only searched, wherever a secret of ours is; in order."""
    too_long: Span | None = None
    """What begins in the line that is next, and has not ended after `MAX_LINE_BYTES`."""


def find(  # noqa: PLR0913 - all of them a stream's
    finder: Finder,
    text: bytes,
    at: int = 0,
    end: int | None = None,
    *,
    walls: Iterable[Wall] = (),
    whole: bool = True,
    stop: int | None = None,
    taken: Span | None = None,
    mark_of: MarkOf | None = None,
) -> Found:
    """Give the secrets of `text[at:end]`, where `at` begins a line.

    Where the text is not `whole`, it ends with a line, and may go on; or `stop` is where a line begins that
    has not ended: then what is before it is decided, or some of it. `taken` is in the first line, whatever it
    is.
    Time linear in the length.
    """
    end = len(text) if end is None else end
    stop = end if stop is None else max(stop, at + 1)
    lines = _Lines(finder, text, end, stop, whole=whole, walls=walls, mark_of=mark_of or plain_mark)
    spans: list[Span] = []
    line = _Line([], at)
    while line.end < stop and not line.is_open and line.too_long is None:
        line = lines.next(line.end, taken)
        taken = None
        spans += line.spans
    settled = line.end
    return Found(spans, settled, lines.walls_from(settled), finder.also(text, at, settled), line.too_long)


def plain_mark(span: Span) -> bytes:
    """Give a mark where nobody asks for names."""
    return f"[REDACTED:{span.type}:tfp1_aaaaaaaaaaaaaaaa]".encode()


# --- private ---

_LOOKS: Final = 8
"""So many times no more is taken than was found; it takes two or three."""
_LINE_FEED: Final = 0x0A
_AHEAD: Final = (0, 2_048, 2 * MAX_LINES_BYTES)
"""How much of what follows a line is looked at, if it has to be."""


class _Line(NamedTuple):
    """A line, or lines that one secret joins, and the lines before it that have none."""

    spans: list[Span]
    end: int
    is_open: bool = False
    too_long: Span | None = None


class _Lines:
    """Takes one line with secrets after the other."""

    __slots__ = ("_end", "_finder", "_mark_of", "_more", "_stop", "_text", "_walls", "_whole")

    def __init__(
        self,
        finder: Finder,
        text: bytes,
        end: int,
        stop: int,
        *,
        whole: bool,
        walls: Iterable[Wall],
        mark_of: MarkOf,
    ) -> None:
        self._finder, self._text, self._end, self._stop, self._whole = finder, text, end, stop, whole
        self._walls = list(walls)
        self._mark_of = mark_of
        self._more: list[int] | None = None

    def walls_from(self, at: int) -> tuple[Wall, ...]:
        return tuple(one for one in self._walls if one[1] >= at)

    def next(self, at: int, taken: Span | None) -> _Line:
        """Give the next lines that need but one look, or one that needs more, or what there is to the end."""
        text = self._text
        if taken is not None or self._is_too_long(at):
            return self._line(at, [] if taken is None else [taken])
        if not self._walls and not self._finder.has_more:
            spans, plain, is_open = self._finder.plainly(text, at, self._stop, self._end, whole=self._whole)
            if plain > at or is_open:
                return _Line(spans, plain, is_open)
        more = self._next_of_others(at)
        stop = self._stop if more < 0 else self._line_end(more)
        seen = self._finder.dirty(text, at, stop, self._end, whole=self._whole)
        places = [one for one in (seen.first, seen.open_at, more) if one >= 0]
        begun = text.rfind(b"\n", at, min(places)) + 1 or at if places else stop
        self._keep_walls(((at, one) for at, one in seen.looks if at < begun), begun)
        if begun > at:
            return _Line([], begun)
        if 0 <= seen.open_at <= begun + MAX_LINE_BYTES:
            return _Line([], begun, is_open=True)
        return self._line(begun, seen.spans)

    # --- private ---

    def _is_too_long(self, begun: int) -> bool:
        """Whether this line does not end in time."""
        limit = begun + MAX_LINE_BYTES
        return limit <= self._end and self._text.find(b"\n", begun, limit) < 0

    def _line(self, begun: int, spans: Sequence[Span]) -> _Line:
        """Look at the line again and again."""
        looked = None if self._is_too_long(begun) else self._settled(begun, spans)
        if looked is not None and looked.end - begun <= MAX_LINE_BYTES:
            return looked
        waits = self._stop == self._end and self._end - begun < MAX_LINE_BYTES + 2 * MAX_LINES_BYTES
        if looked is None and waits and not self._is_too_long(begun):
            return _Line([], begun, is_open=True)
        return self._part(begun, spans)

    def _next_of_others(self, at: int) -> int:
        """Where rules of others find something next, or -1."""
        if not self._finder.has_more:
            return -1
        if self._more is None:
            self._more = [one.start for one in self._finder.more(self._text, at, self._end)]
        place = bisect_left(self._more, at)
        return self._more[place] if place < len(self._more) and self._more[place] < self._stop else -1

    def _part(self, begun: int, spans: Sequence[Span]) -> _Line:
        """Look at as much of a line as is looked at, and give what is before where it may be cut."""
        end = begun + MAX_LINE_BYTES
        spans, looks = _within(self._with((), spans), end), 0
        while True:
            line = RedactedLine(self._text, begun, end, spans, self._mark_of)
            seen = self._finder.again(line.line, len(line.line), whole=False, in_a_line=True)
            if not seen.spans and self._finder.has_more:
                seen = seen._replace(
                    spans=self._finder.more(line.line, self._least(begun) - begun, len(line.line))
                )
            if not seen.spans:
                return self._cut(begun, end, spans, line, seen)
            looks += 1
            new = [self._wider(line.back(one), begun, looks) for one in seen.spans]
            spans = self._with(spans, new)

    def _cut(self, begun: int, end: int, spans: list[Span], line: RedactedLine, seen: Seen) -> _Line:
        looks = Looks(line.line, seen.looks, line.marks)
        cut = last_cut(looks, line.place_of(begun + MAX_LINES_BYTES), line.place_of(end - MAX_LINES_BYTES))
        last = spans[-1] if spans and spans[-1].end == end else None
        if cut < 0 and last is not None and last.start > begun:
            cut = last_cut(looks, 1, line.place_of(last.start))
        if cut > 0:
            place = line.place(cut)
            return _Line([one for one in spans if one.end <= place], place)
        if last is None:
            last = Span(begun, end, spans[0].type if spans else TOO_LONG_LINE, b"")
        return _Line([], begun, too_long=last._replace(canonical=b""))

    def _settled(self, begun: int, spans: Sequence[Span]) -> _Line | None:
        """Look at the line again and again, or give None where it depends on what has not been read."""
        spans, looks = self._with((), spans), 0
        while True:
            ended = self._line_end(max((begun, *(one.end for one in spans))))
            if ended - begun > MAX_LINE_BYTES:
                return _Line([], ended)
            line = RedactedLine(self._text, begun, ended, spans, self._mark_of)
            seen = self._look(line, begun, ended)
            if seen is None:
                return None
            new = [line.back(one) for one in seen.spans]
            if not new:
                self._keep_walls(((line.place(at), _beyond(one, line)) for at, one in seen.looks), ended)
                return _Line(spans, ended)
            looks += 1
            spans = self._with(spans, [self._wider(one, begun, looks) for one in new])

    def _with(self, spans: Sequence[Span], new: Sequence[Span]) -> list[Span]:
        return [_told(one) for one in merged(spans, self._walled(new))]

    def _look(self, line: RedactedLine, begun: int, ended: int) -> Seen | None:
        limit = len(line.line)
        for ahead in _AHEAD:
            stop = ended if not ahead else self._line_end(min(ended + ahead, self._end))
            whole = self._whole and stop == self._end
            text = line.line + self._text[ended:stop]
            seen = self._finder.again(text, limit, whole=whole)
            if seen.open_at < 0:
                if not seen.spans and self._finder.has_more:
                    return seen._replace(spans=self._finder.more(text, self._least(begun) - begun, limit))
                return seen
            if stop == self._end:
                return None
        return None

    def _line_end(self, at: int) -> int:
        place = self._text.find(b"\n", at, self._end)
        return self._end if place < 0 else place + 1

    def _least(self, begun: int) -> int:
        """Before this nothing is taken: a cut is between two octets that stay."""
        return begun + 1 if begun and self._text[begun - 1] != _LINE_FEED else begun

    def _wider(self, span: Span, begun: int, looks: int) -> Span:
        if looks < _LOOKS:
            return span
        most = 64 << (looks - _LOOKS)
        begun = self._least(begun)
        end = self._text.find(b"\n", span.end, span.end + most)
        end = min(self._end, span.end + most) if end < 0 else end
        return span._replace(start=max(min(begun, span.start), span.start - most), end=end)

    def _keep_walls(self, looks: Iterable[tuple[int, Looked]], begun: int) -> None:
        self._walls = [one for one in self._walls if one[1] >= begun]
        self._walls += (piece for _, one in looks for piece in one.pieces if piece[1] >= begun)

    def _walled(self, spans: Sequence[Span]) -> Sequence[Span]:
        """Where a secret begins in what a place before has looked at in vain, that goes with it.

        So that place finds nothing there, and stays none; while what is left of it might have been one.
        """
        if not self._walls:
            return spans
        return [self._one_walled(one) for one in spans]

    def _one_walled(self, span: Span) -> Span:
        walls = [one for one in self._walls if one[0] <= span.start <= one[1]]
        start = min((at for at, _ in walls), default=span.start)
        return span._replace(start=start, end=max((span.end, *(end for _, end in walls))))


def merged(spans: Iterable[Span], more: Iterable[Span]) -> list[Span]:
    """Give both in their order, and as one what reaches over another: by the name of the longer one."""
    found: list[Span] = []
    for span in sorted((*spans, *more)):
        if not found or span.start >= found[-1].end:
            found.append(span)
            continue
        last = found[-1]
        longer = span if span.end - span.start > last.end - last.start else last
        canonical = longer.canonical if span.canonical and last.canonical else b""  # one was too long
        part = last.part and span.part
        found[-1] = Span(last.start, max(last.end, span.end), longer.type, canonical, part)
    return found


def _within(spans: Sequence[Span], end: int) -> list[Span]:
    """Give those that end there, with all their parts."""
    beyond = {one.canonical for one in spans if one.part and one.end > end}
    return [one for one in spans if one.end <= end and one.canonical not in beyond]


def _told(span: Span) -> Span:
    """What is too long to be told by what it is has no canonical form."""
    return span._replace(canonical=b"") if span.end - span.start > MAX_LINES_BYTES else span


def _beyond(looked: Looked, line: RedactedLine) -> Looked:
    """Give the pieces that are in lines that follow."""
    limit = len(line.line)
    return Looked(
        looked.end,
        tuple((line.place(at), line.place(end)) for at, end in looked.pieces if at >= limit),
    )
