"""What does a person see of it, in a terminal?

Object by object, the worst first. Why is told once for each rule. No colour says what no word says. On a
narrow terminal the columns stand one below the other.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from textwrap import wrap
from typing import Final, NamedTuple

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style

from gateway.audit.changes import CHANGES
from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, sentence
from gateway.audit.reports.summary import closing, counts
from gateway.audit.rule import Severity
from gateway.config.problem import Problem


def render(judgement: Judgement) -> RenderableType:
    """Give what `rich` prints at any width."""
    return _Report(judgement)


# --- private ---

_NARROW: Final = 60
_LEAST: Final = 12
"""Of the room that words are given, however narrow it is."""
_BOLD: Final = Style(bold=True)
_DIM: Final = Style(dim=True)
_RED: Final = Style(color="red")
_STYLES: Final = {
    Severity.CRITICAL: Style(color="red", bold=True),
    Severity.HIGH: _RED,
    Severity.MEDIUM: Style(color="yellow"),
    Severity.LOW: Style(color="cyan"),
    Severity.INFO: _DIM,
}

Piece = tuple[str, Style | None]


class _Report(NamedTuple):
    judgement: Judgement

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # As segments: 5,000 findings in tables of rich's take as long as the audit itself.
        for line in _lines(self.judgement, options.max_width):
            yield from (Segment(text, style) for text, style in line)
            yield Segment.line()


def _lines(judgement: Judgement, width: int) -> Iterator[list[Piece]]:
    explained: set[str] = set()
    for these in _by_object(judgement.counting):
        place = these[0].finding.place
        yield from _heading(plain(place.owner or place.file), plain(place.file), width)
        for alike in _alike(these):
            yield from _findings(alike, explained, width)
        yield []
    if judgement.unread:
        yield [("Could not be read", _BOLD)]
        for problem in judgement.unread:
            yield from _unread(problem, width)
        yield []
    for remark in judgement.remarks:
        yield from _words(plain(remark), width, style=_DIM)
    if judgement.remarks:
        yield []
    yield from _closing(judgement, width)


def _by_object(judged: Iterable[Judged]) -> list[list[Judged]]:
    found: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.finding.place.file, one.finding.place.owner), []).append(one)
    return list(found.values())


def _alike(judged: Iterable[Judged]) -> list[list[Judged]]:
    """Put what one rule says of one object together."""
    found: dict[tuple[str, Severity], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.finding.rule.id, one.finding.severity), []).append(one)
    return list(found.values())


def _heading(owner: str, file: str, width: int) -> Iterator[list[Piece]]:
    if len(owner) + 2 + len(file) <= width:
        yield [(owner, _BOLD), ("  ", None), (file, _DIM)]
    else:
        yield from _words(owner, width, style=_BOLD)
        yield from _words(file, width, style=_DIM)


def _findings(alike: list[Judged], explained: set[str], width: int) -> Iterator[list[Piece]]:
    finding = alike[0].finding
    rule, style = finding.rule, _STYLES[finding.severity]
    severity, column = (10, 8) if width >= _NARROW else (len(finding.severity.value) + 2, 0)
    head: list[Piece] = [("  ", None), (finding.severity.value.ljust(severity), style)]
    head += [(rule.id, _BOLD), ("  ", None)]
    yield from _hanging(head, rule.title, width, indent=severity + 2 if column else 2)
    indent = severity + 2 if column else 4
    for name, told in _told(alike, is_explained=rule.id in explained):
        label = name.ljust(max(column, len(name) + 2))
        before: list[Piece] = [(" " * indent, None), (label, _DIM)]
        yield from _hanging(before, told, width, indent=indent + column)
    explained.add(rule.id)


def _told(alike: list[Judged], *, is_explained: bool) -> Iterator[tuple[str, str]]:
    for one in alike:
        place = one.finding.place
        yield f"{place.line}:{place.column}" if place.line else "at", plain(one.finding.what)
    rule = alike[0].finding.rule
    if not is_explained:
        yield "why", sentence(rule.why)
    yield "fix", sentence(rule.fix)


def _unread(problem: Problem, width: int) -> Iterator[list[Piece]]:
    where = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    yield from _words(plain(where), width, indent=2)
    yield from _words(plain(f"{problem.what}. Fix: {problem.fix}."), width, indent=2, style=_RED)


def _closing(judgement: Judgement, width: int) -> Iterator[list[Piece]]:
    colour = "red" if judgement.failing or judgement.unread else "yellow" if judgement.counting else "green"
    yield from _words(counts(judgement), width, style=Style(color=colour, bold=True))
    yield from _words(closing(judgement), width, style=_DIM)
    if judgement.counting:
        first = judgement.counting[0].finding.rule.id
        is_change = any(first == one.id for one in CHANGES)
        shown = "says more" if is_change else "shows a configuration that is right"
        more = f"gateway audit rules {first} {shown}"
        yield from _words(more, width, style=_DIM)


def _words(text: str, width: int, *, indent: int = 0, style: Style | None = None) -> Iterator[list[Piece]]:
    yield from (_indented(line, indent, style) for line in _wrapped(text, width - indent))


def _hanging(before: list[Piece], text: str, width: int, *, indent: int) -> Iterator[list[Piece]]:
    """Put `before` in front of the first line, and the others below the text, or `indent` in."""
    taken = sum(len(piece) for piece, _ in before)
    first, *more = _wrapped(text, width - taken)
    yield [*before, (first, None)]
    if taken != indent and more:  # they have another room
        more = list(_wrapped(text[len(first) :].strip(), width - indent))
    yield from (_indented(line, indent, None) for line in more)


def _indented(line: str, indent: int, style: Style | None) -> list[Piece]:
    return [(" " * indent, None), (line, style)]


@lru_cache(maxsize=1024)
def _wrapped(text: str, room: int) -> tuple[str, ...]:
    return tuple(wrap(text, max(room, _LEAST), break_on_hyphens=False)) or ("",)
