"""Which secrets are in this text, and where?

One search over all patterns at once finds where something may begin; what begins there is measured by the
rule whose pattern it is, in the order of the rules. A named value that is a token of a known kind is found as
that kind: `?access_token=<JWT>` as `jwt`, and by the fingerprint of the JWT.
"""

import os
from collections.abc import Callable, Sequence
from copy import copy
from typing import Final, NamedTuple

from gateway.redact import values
from gateway.redact.beginnings import MARKS, by_first, kinds, named
from gateway.redact.compact_token import CompactTokens
from gateway.redact.extra_rule import ExtraRule, between, over_lines
from gateway.redact.known_keys import KEYS
from gateway.redact.mark import MARK, MAX_MARK_BYTES, touching, with_whole_marks
from gateway.redact.matching import Start, Starts, starts
from gateway.redact.names import COOKIES
from gateway.redact.span import (
    MAX_LINE_BYTES,
    MAX_LINES_BYTES,
    NOTHING,
    Looked,
    Measured,
    Open,
    Passed,
    Reach,
    Span,
    further,
    in_parts,
)


class Seen(NamedTuple):
    """What one look at a text shows."""

    spans: list[Span]
    open_at: int
    """Where something begins of which it is not known whether it is one; or -1. It is the last."""
    looks: list[tuple[int, Looked]]
    """Where something might have begun, and how far was looked: those that looked at lines that follow."""
    first: int = -1
    """Where the first secret begins, or its name: that may be in the line before."""


Plain = tuple[list[Span], int, bool]
"""The secrets of some lines, where the next line begins, and whether that may go on in what was not read."""


class Finder:
    """Finds by one set of rules."""

    __slots__ = (
        "_again", "_by_first", "_compact", "_extras", "_inside", "_kinds", "_name_ends", "_over_lines",
        "_starts",
    )  # fmt: skip

    def __init__(
        self,
        *,
        cookies: tuple[str, ...] = COOKIES,
        own_issuers: frozenset[str] = frozenset(),
        extras: Sequence[ExtraRule] = (),
        engine: Callable[[Sequence[Start]], Starts] = starts,
    ) -> None:
        """`cookies` are names of cookies that count; `own_issuers` those whose tokens are called ours.

        Where a text is redacted, what is found by the rules of this room is not looked for again by `extras`.
        """
        self._extras = tuple(extras)
        self._over_lines = False
        self._compact = CompactTokens(own_issuers)
        of_their_form = kinds(self._compact, own_issuers)
        rules = (MARKS, *named(cookies), *of_their_form)  # no two begin alike
        self._starts = engine([rule.start for rule in rules])
        self._inside = engine([rule.start for rule in of_their_form])
        self._by_first = by_first(rules)
        self._kinds = by_first(of_their_form)
        self._name_ends = _UNNAMED
        self._again = copy(self)  # for another text, while one is searched
        self._again._starts, self._again._inside = copy(self._starts), copy(self._inside)  # noqa: SLF001

    def for_file(self, name: str, *, only_searched: bool = False) -> "Finder":
        """Give one by the rules of others that say something about this file; no name: about stdin.

        Where the file is only searched they are matched over lines, and find also what rules of ours find.
        """
        if not self._extras:
            return self
        finder = copy(self)
        path = os.fsencode(name)
        finder._narrow(path, only_searched=only_searched)  # noqa: SLF001 - one of its own
        return finder

    @property
    def whole_files(self) -> tuple[str, ...]:
        """The rules by which the file of `for_file` counts whatever is in it."""
        return tuple(one.id for one in self._extras if one.search is None)

    @property
    def context_bytes(self) -> int:
        """How much of what was decided may still be looked at."""
        return _CONTEXT_OVER_LINES if self._extras and self._over_lines else 0

    @property
    def has_more(self) -> bool:
        """Whether rules of others are matched between what is built in."""
        return bool(self._extras) and not self._over_lines

    def plainly(self, text: bytes, at: int, stop: int, end: int, *, whole: bool) -> Plain:
        """Give the secrets of lines that need no second look, and where the first begins that needs one.

        Most need none: nothing was passed by before a secret or between two, each stands alone or behind its
        name with what ends it, and no beginning before it holds what a mark holds (`_stays`).
        """
        self._compact.forget()
        next_start = self._starts.next
        reach = Reach(0, end, whole, at)
        spans: list[Span] = []
        first = line = line_end = since = at  # of the last secret
        before, passed = 0, -1  # how many are on lines before it, and what was passed by last
        measured: Measured = NOTHING
        start = next_start(text, at, stop)
        while start >= 0:
            measured = self._measured(text, start, reach)
            if isinstance(measured, Passed):
                at = measured.end
            elif isinstance(measured, Open):
                break
            elif not measured or isinstance(measured, Looked):
                looked = isinstance(measured, Looked) and bool(measured.pieces)
                if looked or (start < line_end and text[start] == _HYPHEN):
                    break
                passed = start
                start = next_start(text, start + 1, stop)
                continue
            else:
                if start >= line_end:
                    line = since = text.rfind(b"\n", line_end, start) + 1 or line_end
                    before = len(spans)
                span = measured[-1]
                if len(measured) > 1 or passed >= since or not self._stays(text, since, start, span):
                    break
                at = since = span.end
                line_end = text.find(b"\n", at, stop) + 1 or stop
                if line_end - line > MAX_LINE_BYTES or at > stop or at - start > MAX_LINES_BYTES:
                    break
                spans.append(span)
            reach = Reach(at, end, whole, first)
            self._compact.begin_anew()
            start = next_start(text, at, stop)
        else:
            return spans, stop, False
        if start < line_end:
            del spans[before:]
            return spans, line, False
        return spans, _line_begin(text, line_end, start), isinstance(measured, Open)

    def dirty(self, text: bytes, at: int, stop: int, end: int, *, whole: bool) -> Seen:
        """Give the secrets of the first line from `at` on that has some, to its end or that of the last.

        Looked at once: beside one there may be what is one when it is gone. Where the text is not `whole`, it
        ends with a line, and may go on. Time linear in what was looked at.
        """
        return self._seen(text, (at, stop), Reach(0, end, whole, at))

    def again(self, text: bytes, limit: int, *, whole: bool, in_a_line: bool = False) -> Seen:
        """Give the secrets that begin in `text[:limit]`, which is one line; what follows may be looked at."""
        reach = Reach(0, len(text), whole)
        return self._again._seen(text, (0, limit), reach, in_a_line=in_a_line)  # noqa: SLF001 - one of its own

    def more(self, text: bytes, at: int, end: int) -> list[Span]:
        """Give what rules of others find between marks."""
        marks = [one.span() for one in MARK.finditer(text, at, end)]
        return between(self._extras, text, marks, at, end)

    def also(self, text: bytes, at: int, end: int) -> tuple[Span, ...]:
        """Give what rules of others find in a file that is only searched, and ended before `at` was given."""
        if not self._over_lines:
            return ()
        found = over_lines(self._extras, text, max(0, at - _CONTEXT_OVER_LINES), end)
        return tuple(span for span in found if span.end > at)

    # --- private ---

    def _narrow(self, path: bytes, *, only_searched: bool) -> None:
        self._extras = tuple(one for rule in self._extras if (one := rule.of_file(path)) is not None)
        self._over_lines = only_searched

    def _seen(self, text: bytes, stretch: tuple[int, int], reach: Reach, *, in_a_line: bool = False) -> Seen:
        self._compact.forget()
        at, limit = stretch
        furthest = at
        seen = Seen([], -1, [])
        passed_by: list[int] = []
        while at < limit and (start := self._starts.next(text, at, limit)) >= 0:
            measured = self._measured(text, start, reach)
            if isinstance(measured, Open):
                if not in_a_line:
                    return seen._replace(open_at=start)
                measured = Looked(reach.end + 1)
            if isinstance(measured, Passed):
                at = measured.end
                if in_a_line:
                    seen.looks.append((start, Looked(at)))
            elif spans := _found(text, measured, reach.end):
                seen.spans.extend((*self._touched(text, passed_by, reach, start), *spans))
                if seen.first < 0:
                    seen = seen._replace(first=min(start, seen.spans[0].start))
                at = spans[0].end
                furthest = max(furthest, spans[-1].end)
                limit = _line_end(text, furthest, reach.end)
            else:
                looked = measured if isinstance(measured, Looked) else Looked(start + _LONGEST)
                if in_a_line or looked.pieces:
                    seen.looks.append((start, looked))
                passed_by.append(start)
                at = start + 1
                continue
            passed_by.clear()
            self._compact.begin_anew()
            reach = reach._replace(floor=at)
        return seen

    def _stays(self, text: bytes, since: int, start: int, span: Span) -> bool:
        """Whether a mark in its place is passed where it was found, and so changes nothing.

        It stands alone, or behind its name with what ends it; and nothing before it goes on in a mark.
        """
        begun, end = span.start, span.end
        if begun != start:
            name_end, ends = self._name_ends
            if name_end != begun or not _is_ended(text, begun, end, ends):
                return False
        return (
            text.find(b"://", since, start) < 0  # only a user info holds a mark, before its `@`,
            and text.find(b"-u", since, start) < 0  # or a name of curl's,
            and text.find(b"login", since, start) < 0  # or one of .netrc's
            and text.find(b"[REDACTED:", max(0, begun - MAX_MARK_BYTES), end) < 0
        )

    def _touched(self, text: bytes, passed_by: list[int], reach: Reach, limit: int) -> list[Span]:
        """Give what was no key only because a secret touches it: once that is taken, it would be one.

        Each place is asked once more, from the last to the first.
        """
        spans: list[Span] = []
        if not passed_by:
            return spans
        line = text.rfind(b"\n", reach.floor, limit)
        for place in reversed(passed_by):
            if place < line:
                break
            kind = (
                self._kind(text, place, reach._replace(end=limit, whole=True)) if place < limit else NOTHING
            )
            if not isinstance(kind, _UNSURE) and kind and kind[-1].end == limit:
                spans.insert(0, kind[-1])
                limit = kind[-1].start
        return spans

    def _measured(self, text: bytes, start: int, reach: Reach) -> Measured:
        measured = self._measure(text, start, reach)
        if isinstance(measured, _UNSURE) or not measured:
            return measured
        span = measured[-1]
        if span.type not in _KEYS and not text.startswith(b"[", span.end):
            return measured
        grown = self._grown(text, span, reach)
        return grown if isinstance(grown, Open) else (*measured[:-1], *grown)

    def _measure(self, text: bytes, start: int, reach: Reach) -> Measured:
        looked: Measured = NOTHING
        self._name_ends = _UNNAMED
        for matches, measure, ends in self._by_first[text[start]]:
            match = matches(text, start, reach.end)
            if match is None:
                continue
            if self._name_ends[0] < 0:
                self._name_ends = match.end(), ends
            measured = (self._behind(text, match.end(), reach, ends) if ends else None) or measure(
                text, start, reach
            )
            if isinstance(measured, Looked):
                looked = further(looked, measured)
            elif isinstance(measured, _UNSURE):
                return measured
            elif measured:
                span = measured[0]
                return self._as_its_kind(text, span, reach) if span.type in values.TYPES else measured
        return looked

    def _behind(self, text: bytes, at: int, reach: Reach, ends: frozenset[bytes]) -> Measured | None:
        """Give what stands most often behind a name: a JWT as most stand, or what was redacted before."""
        if text.startswith(b"[REDACTED:", at - 1):  # a bracket of its own, which a beginning may hold
            at -= 1
        if text.startswith(b"ey", at):
            plainly = self._compact.plainly(text, at, reach)
            if plainly and text[plainly[0].end : plainly[0].end + 1] in _ENDS_ANY:
                return plainly
        elif text.startswith(b"[REDACTED:", at):
            mark = MARK.match(text, at, reach.end)
            if mark is not None and _is_ended(text, at, mark.end(), ends):
                return Passed(mark.end())
        return None

    def _as_its_kind(self, text: bytes, span: Span, reach: Reach) -> Measured:
        """What stands behind a name may be a token of a known kind, or hold one."""
        inside = reach._replace(floor=span.start)
        at, limit = span.start, min(span.end + _LONGEST_START, reach.end)
        kind = self._kind(text, at, inside)
        while not kind:
            at = self._inside.next(text, at + 1, limit)
            if not 0 <= at < span.end:
                return (span,)
            kind = self._kind(text, at, inside)
        if isinstance(kind, _UNSURE):
            return kind
        first, *rest = kind
        return (first._replace(start=span.start, end=max(first.end, span.end)), *rest)

    def _grown(self, text: bytes, span: Span, reach: Reach) -> tuple[Span, ...] | Open:
        """With what follows behind a mark, or what looks like one; and whole with what begins in it.

        A key's characters may be those that another begins with, and so may what follows behind a mark.
        """
        at = span.start + 1 if span.type in _KEYS else span.end
        while True:
            end = touching(text, span.end, reach.end) if text.startswith(b"[", span.end) else span.end
            over = self._over(text, at, end, reach) if at < end else NOTHING
            if isinstance(over, Open):
                return over
            if len(over) > 1:
                rest = in_parts([one[:2] for one in over], span.type, span.canonical)[1:]
                return (span._replace(end=over[0].end), *rest)
            end = over[0].end if over else end
            if end == span.end:
                return (span,)
            at, span = span.end, span._replace(end=end)

    def _over(self, text: bytes, at: int, end: int, reach: Reach) -> tuple[Span, ...] | Open:
        """Give the first that begins before the end and ends behind it."""
        limit = min(end + _LONGEST_START, reach.end)
        inside = reach._replace(floor=at)
        while 0 <= (at := self._inside.next(text, at, limit)) < end:
            kind = self._kind(text, at, inside)
            if isinstance(kind, Open):
                return kind
            if kind and not isinstance(kind, _UNSURE) and kind[-1].end > end:
                return kind
            at += 1
        return NOTHING

    def _kind(self, text: bytes, at: int, reach: Reach) -> Measured:
        for matches, measure, _ in self._kinds[text[at]]:
            if matches(text, at, reach.end) is not None:
                measured = measure(text, at, reach)
                if measured and not isinstance(measured, Looked):
                    return measured
        return NOTHING


def _found(text: bytes, measured: tuple[Span, ...] | Looked, end: int) -> tuple[Span, ...]:
    return NOTHING if isinstance(measured, Looked) else with_whole_marks(text, measured, end)


def _is_ended(text: bytes, start: int, end: int, ends: frozenset[bytes]) -> bool:
    """Whether the value that begins there ends there, whatever it is."""
    behind, before = text[end : end + 1], text[start - 1 : start]
    if before in _QUOTES:
        return behind == before
    return behind in ends and before not in _END_ESCAPED_QUOTES


def _line_begin(text: bytes, at: int, place: int) -> int:
    return text.rfind(b"\n", at, place) + 1 or at


def _line_end(text: bytes, at: int, end: int) -> int:
    place = text.find(b"\n", at, end)
    return end if place < 0 else place + 1


_ENDS_ANY: Final = frozenset((b"", b" ", b'"', b"'", b"&", b"<", b">", b"\r", b"\n"))
"""Behind one of these every value ends."""
_QUOTES: Final = frozenset((b'"', b"'"))
_END_ESCAPED_QUOTES: Final = frozenset((b";", b"2", b"7"))
_KEYS: Final = frozenset(key.id for key in KEYS)
_UNNAMED: Final[tuple[int, frozenset[bytes]]] = (-1, frozenset())
_HYPHEN: Final = 0x2D  # with which a curl's password begins: it looks for a curl before what is redacted
_LONGEST_START: Final = 128
"""More than any pattern of a beginning matches: one that begins in a value may end behind it."""
_LONGEST: Final = 512
"""More than any name, or pattern of a beginning, is long."""
_CONTEXT_OVER_LINES: Final = 8_192
_UNSURE: Final = (Open, Passed, Looked)
