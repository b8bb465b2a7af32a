"""Which secrets are in this text, and where?

One search over all patterns at once finds where something may begin; what begins there is measured by the
rule whose pattern it is, in the order of the rules. A named value that is a token of a known kind is found as
that kind: `?access_token=<JWT>` as `jwt`, and by the fingerprint of the JWT.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Final, NamedTuple

from gateway.redact import beside, pem, values
from gateway.redact.compact_token import START as COMPACT_START
from gateway.redact.compact_token import WORDS as COMPACT_WORDS
from gateway.redact.compact_token import CompactTokens
from gateway.redact.encoded_token import START as ENCODED_START
from gateway.redact.encoded_token import EncodedTokens
from gateway.redact.extra_rule import ExtraRule
from gateway.redact.known_key import KnownKey
from gateway.redact.known_keys import KEYS
from gateway.redact.mark import MARK, touching
from gateway.redact.matching import Start, Starts, starts
from gateway.redact.names import COOKIES
from gateway.redact.redacted_lines import RedactedLines, lines_of
from gateway.redact.span import NOTHING, Measured, Open, Passed, Reach, Span

Measure = Callable[[bytes, int, Reach], Measured]


class Rule(NamedTuple):
    """How something begins, and how it is measured."""

    first: str
    """Every character that it can begin with."""
    start: Start
    measure: Measure
    names: bool = False
    """Whether it is the name of a value that stands right behind it."""


class Found(NamedTuple):
    """What is decided."""

    spans: list[Span]
    settled: int
    """Up to here: what follows may look otherwise when more has been read."""
    floor: int
    """Where the last secret ended: no word reaches over it."""
    also: tuple[Span, ...] = ()
    """What rules of others find in a file that is only searched, wherever a secret of ours is; in order."""


class Finder:
    """Finds by one set of rules."""

    __slots__ = ("_by_first", "_compact", "_extras", "_inside", "_kinds", "_over_lines", "_starts")

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
        kinds = _kinds(self._compact, own_issuers)
        rules = (_MARKS, *_named(cookies), *kinds)  # no two begin alike
        self._starts = engine([rule.start for rule in rules])
        self._inside = engine([rule.start for rule in kinds])
        self._by_first = _by_first(rules)
        self._kinds = _by_first(kinds)

    def find(
        self, text: bytes, at: int = 0, end: int | None = None, *, floor: int = 0, whole: bool = True
    ) -> Found:
        """Give the secrets of `text[at:end]`; what stands before `at` is decided, and may be looked at.

        Where the text is not `whole`, it ends with a line, and may go on. Time linear in the length.
        """
        end = len(text) if end is None else end
        found, doubtful = self._find(text, at, end, floor, whole=whole)
        if self._over_lines:
            found = found._replace(also=self._also(text, at, found.settled))
        elif self._extras:
            found, more = self._with_extras(found, text, at)
            doubtful = sorted((*doubtful, *more))
        return self._looked_at_again(found, text, at, doubtful) if doubtful else found

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
        return _CONTEXT_OVER_LINES if self._extras and self._over_lines else _CONTEXT

    # --- private ---

    def _narrow(self, path: bytes, *, only_searched: bool) -> None:
        self._extras = tuple(one for rule in self._extras if (one := rule.of_file(path)) is not None)
        self._over_lines = only_searched

    def _looked_at_again(self, found: Found, text: bytes, at: int, doubtful: list[Span]) -> Found:
        """As it will be when it is redacted: then what was no secret beside one may be one. Not for ever."""
        for _ in range(_MOST_ROUNDS):
            lines = RedactedLines(text, found.spans, lines_of(text, doubtful, at, found.settled))
            again, _ = self._find(lines.text, 0, len(lines.text), 0, whole=True)
            if self._extras and not self._over_lines:
                again, _ = self._with_extras(again, lines.text, 0)
            if not again.spans:
                break
            spans = [lines.back(span) for span in again.spans]
            doubtful = spans
            found = found._replace(spans=_merged(found.spans, spans))
        floor = found.spans[-1].end if found.spans else 0
        return found._replace(floor=max(found.floor, floor))

    def _find(self, text: bytes, at: int, end: int, floor: int, *, whole: bool) -> tuple[Found, list[Span]]:
        """Give also the secrets beside which something stands that may be one when they are gone."""
        doubtful: list[Span] = []
        reach = Reach(floor, end, whole)
        self._compact.forget()
        spans: list[Span] = []
        passed_by: list[int] = []
        while (start := self._starts.next(text, at, end)) >= 0:
            measured = self._measure(text, start, reach)
            if not measured:
                passed_by.append(start)
                at = start + 1
                continue
            if isinstance(measured, Open):
                return Found(spans, _on_its_line(text, passed_by, start), reach.floor), doubtful
            if isinstance(measured, Passed):
                at = measured.end
            else:
                span = self._whole(text, measured[-1], reach)
                beside = passed_by and text.find(b"\n", passed_by[-1], start) < 0
                if beside or text[span.end : span.end + 1] not in _ENDS_ANY:
                    doubtful.append(span)
                spans += self._touched(text, passed_by, reach, start)
                spans.append(span)
                at = spans[-1].end
            passed_by.clear()
            reach = Reach(at, end, whole)
        return Found(spans, end, reach.floor), doubtful

    def _touched(self, text: bytes, passed_by: list[int], reach: Reach, limit: int) -> list[Span]:
        """Give what was no key only because a secret touches it: once that is taken, it would be one.

        Each place is asked once more, from the last to the first.
        """
        spans: list[Span] = []
        line = text.rfind(b"\n", reach.floor, limit)
        for place in reversed(passed_by):
            if place < line:
                break
            kind = (
                self._kind(text, place, Reach(reach.floor, limit, whole=True)) if place < limit else NOTHING
            )
            if not isinstance(kind, _UNSURE) and kind and kind[-1].end == limit:
                spans.insert(0, kind[-1])
                limit = kind[-1].start
        return spans

    def _whole(self, text: bytes, span: Span, reach: Reach) -> Span:
        """With what follows behind a mark in it, or what looks like one: it protects nothing."""
        end = touching(text, span.end, reach.end)
        return span if end == span.end else span._replace(end=end)

    def _with_extras(self, found: Found, text: bytes, at: int) -> tuple[Found, list[Span]]:
        """Between secrets of our own rules, or of a rule before, and between marks."""
        small, taken = text.lower(), found.spans
        marks = [Span(*one.span(), "", b"") for one in MARK.finditer(text, at, found.settled)]
        for extra in self._extras:
            if extra.has_keyword(small, at, found.settled):
                new: list[Span] = []
                for begun, end in _between(sorted((*taken, *marks)), at, found.settled):
                    new += extra.spans(text, begun, end)
                taken = sorted((*taken, *new)) if new else taken
        more = sorted(set(taken).difference(found.spans))
        return found._replace(spans=taken, floor=max(found.floor, taken[-1].end if taken else 0)), more

    def _also(self, text: bytes, at: int, end: int) -> tuple[Span, ...]:
        """What ended before `at` was given."""
        begun, small = max(0, at - _CONTEXT_OVER_LINES), text.lower()
        return tuple(
            sorted(
                span
                for extra in self._extras
                if extra.has_keyword(small, begun, end)
                for span in extra.spans(text, begun, end, over_lines=True)
                if span.end > at
            )
        )

    def _measure(self, text: bytes, start: int, reach: Reach) -> Measured:
        for matches, measure, names in self._by_first[text[start]]:
            match = matches(text, start, reach.end)
            if match is None:
                continue
            if names and text.startswith(b"ey", match.end()):
                plainly = self._compact.plainly(text, match.end(), reach)
                if plainly and text[plainly[0].end : plainly[0].end + 1] in _ENDS_ANY:
                    return plainly
            measured = measure(text, start, reach)
            if isinstance(measured, _UNSURE):
                return measured
            if measured:
                (span,) = measured
                return self._as_its_kind(text, span, reach) if span.type in values.TYPES else measured
        return NOTHING

    def _as_its_kind(self, text: bytes, span: Span, reach: Reach) -> Measured:
        """What stands behind a name may be a token of a known kind, or hold one."""
        inside = Reach(span.start, reach.end, reach.whole)
        at, limit = span.start, min(span.end + _LONGEST_START, reach.end)
        kind = self._kind(text, at, inside)
        while not kind:
            at = self._inside.next(text, at + 1, limit)
            if not 0 <= at < span.end:
                return (span,)
            kind = self._kind(text, at, inside)
        if isinstance(kind, _UNSURE):
            return kind
        _, end, type_, canonical = kind[0]
        return (Span(span.start, max(end, span.end), type_, canonical),)

    def _kind(self, text: bytes, at: int, reach: Reach) -> Measured:
        for matches, measure, _ in self._kinds[text[at]]:
            if matches(text, at, reach.end) is not None and (measured := measure(text, at, reach)):
                return measured
        return NOTHING


def _on_its_line(text: bytes, passed_by: list[int], start: int) -> int:
    """What was passed by may be a secret when what is open is one: it waits, too."""
    line = text.rfind(b"\n", passed_by[0], start) if passed_by else start
    return next((place for place in passed_by if place > line), start)


def _merged(spans: list[Span], wider: list[Span]) -> list[Span]:
    """What is in a wider one is that one."""
    taken = iter(wider)
    one = next(taken, None)
    merged = list(wider)
    for span in spans:
        while one is not None and one.end <= span.start:
            one = next(taken, None)
        if one is None or span.end <= one.start:
            merged.append(span)
    return sorted(merged)


def _between(taken: Iterable[Span], at: int, end: int) -> Iterable[tuple[int, int]]:
    for span in taken:
        yield at, span.start
        at = max(at, span.end)
    yield at, end


def beginnings(cookies: tuple[str, ...] = COOKIES) -> tuple[Start, ...]:
    """Give all that is looked for: what the engine alone has to do."""
    every = (*_kinds(CompactTokens(), frozenset()), *_named(cookies))
    return (_MARKS.start, *(rule.start for rule in every))


_Match = Callable[[bytes, int, int], re.Match[bytes] | None]
_ByFirst = tuple[tuple[tuple[_Match, Measure, bool], ...], ...]


def _kinds(compact: CompactTokens, own_issuers: frozenset[str]) -> tuple[Rule, ...]:
    """What is known by its own form."""
    return (
        Rule("-", Start(pem.START, ("-----begin",)), pem.measure),
        Rule("e", Start(COMPACT_START, COMPACT_WORDS), compact.measure),
        Rule("Z", Start(ENCODED_START, ("zxlk",)), EncodedTokens(own_issuers).measure),
        *(Rule(one.first, Start(one.pattern, one.keywords()), KnownKey(one).measure) for one in KEYS),
    )


def _named(cookies: tuple[str, ...]) -> tuple[Rule, ...]:
    """What is known by the name before it."""
    return (
        Rule("aA", Start(values.AUTHORIZATION_START, ("authorization",)), values.authorization, names=True),
        Rule("bBdDnN", Start(values.SCHEME_START, values.SCHEME_WORDS), values.scheme, names=True),
        Rule("xXaApPjJdDoO", Start(values.HEADER_START, values.HEADER_WORDS), values.header, names=True),
        Rule(
            _beginnings(cookies), Start(values.cookie_start(cookies), _words(cookies)),
            values.Cookies(cookies).measure,
            names=True,
        ),
        Rule("?&;%\\", Start(values.PARAMETER_START, values.PARAMETER_WORDS), values.parameter, names=True),
        Rule("tTsSaApPjJcCvVbB", Start(values.NAMED_START, values.NAMED_WORDS), values.named, names=True),
        Rule("nNkK", Start(beside.PAIR_START, beside.PAIR_WORDS), beside.pair),
        Rule("<", Start(beside.ELEMENT_START, values.NAMED_WORDS), beside.element),
        Rule("-", Start(beside.OPTION_START, values.NAMED_WORDS), beside.option),
        Rule("pPiIl", Start(beside.WORDS_START, beside.WORDS), beside.said),
        Rule("-", Start(values.CURL_USER_START, ("-u ", "-u=", "--user", "--proxy-user")), values.curl_user),
        Rule(":", Start(values.USERINFO_START, ("://",)), values.userinfo),
    )  # fmt: skip


def _words(cookies: Iterable[str]) -> tuple[str, ...]:
    return (*(f"{name.lower()}=" for name in cookies), "__host-", "__secure-")


def _beginnings(cookies: Iterable[str]) -> str:
    letters = {name[0] for name in cookies} | {"_"}
    return "".join(sorted({*map(str.lower, letters), *map(str.upper, letters)}))


def _by_first(rules: Iterable[Rule]) -> _ByFirst:
    """The rules that can begin with each octet, in their order."""
    found: list[list[tuple[_Match, Measure, bool]]] = [[] for _ in range(256)]
    for rule in rules:
        matches = re.compile(rule.start.pattern.encode()).match
        for octet in rule.first.encode():
            found[octet].append((matches, rule.measure, rule.names))
    return tuple(map(tuple, found))


def _passed(text: bytes, at: int, reach: Reach) -> Measured:
    mark = MARK.match(text, at, reach.end)
    return NOTHING if mark is None else Passed(mark.end())


_ENDS_ANY: Final = frozenset((b"", b" ", b'"', b"'", b"&", b"<", b">", b"\r", b"\n"))
"""Behind one of these every value ends."""
_LONGEST_START: Final = 128
"""More than any pattern of a beginning matches: one that begins in a value may end behind it."""
_MOST_ROUNDS: Final = 4
_CONTEXT: Final = 512  # names of parameters and escapes that stand before
_CONTEXT_OVER_LINES: Final = 8_192
_UNSURE: Final = (Open, Passed)
_MARKS: Final = Rule("[", Start(r"\[REDACTED:", ("[redacted:",)), _passed)
