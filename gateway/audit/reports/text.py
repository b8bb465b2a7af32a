"""What does a person see of it, in a terminal?

Object by object, the worst first. Why is told once for each rule. No colour says what no word says.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, sentence
from gateway.audit.reports.summary import closing, counts
from gateway.audit.rule import Severity


def render(judgement: Judgement) -> RenderableType:
    """Give what `rich` prints at any width."""
    return Group(*_parts(judgement))


# --- private ---

_STYLES: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def _parts(judgement: Judgement) -> Iterator[RenderableType]:
    explained: set[str] = set()
    for these in _by_object(judgement.counting):
        yield _heading(these[0])
        for alike in _alike(these):
            yield Padding(_findings(alike, explained), (0, 0, 0, 2))
        yield Text()
    if judgement.unread:
        yield Text("Could not be read", style="bold")
        for problem in judgement.unread:
            where = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
            rows = [(Text(plain(where)),), (Text(plain(f"{problem.what}. Fix: {problem.fix}."), "red"),)]
            yield Padding(_rows(rows, 0), (0, 0, 0, 2))
        yield Text()
    for remark in judgement.remarks:
        yield Text(plain(remark), style="dim")
    if judgement.remarks:
        yield Text()
    yield Text(counts(judgement), style=_closing_style(judgement))
    yield Text(closing(judgement), style="dim")
    if judgement.counting:
        first = judgement.counting[0].finding.rule.id
        yield Text(f"gateway audit rules {first} shows a configuration that is right", style="dim")


def _by_object(judged: Iterable[Judged]) -> list[list[Judged]]:
    found: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.finding.place.file, one.finding.place.owner), []).append(one)
    return list(found.values())


def _heading(one: Judged) -> Text:
    place = one.finding.place
    return Text.assemble((plain(place.owner or place.file), "bold"), "  ", (plain(place.file), "dim"))


def _alike(judged: Iterable[Judged]) -> list[list[Judged]]:
    """Put what one rule says of one object together."""
    found: dict[tuple[str, Severity], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.finding.rule.id, one.finding.severity), []).append(one)
    return list(found.values())


def _findings(alike: list[Judged], explained: set[str]) -> RenderableType:
    finding = alike[0].finding
    rule = finding.rule
    rows = [(Text(_position(one), "dim"), Text(plain(one.finding.what))) for one in alike]
    if rule.id not in explained:
        explained.add(rule.id)
        rows.append((Text("why", "dim"), Text(sentence(rule.why))))
    rows.append((Text("fix", "dim"), Text(sentence(rule.fix))))
    severity = Text(finding.severity.value, _STYLES[finding.severity])
    return _Findings(severity, Text.assemble((rule.id, "bold"), "  ", rule.title), rows)


class _Findings(NamedTuple):
    """In columns; on a narrow terminal one below the other."""

    severity: Text
    title: Text
    rows: list[tuple[Text, Text]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width >= _NARROW:
            yield _rows([(self.severity, Group(self.title, _rows(self.rows, _POSITION)))], _SEVERITY)
            return
        yield Text.assemble(self.severity, "  ", self.title)
        for name, told in self.rows:
            yield Padding(Text.assemble(name, "  ", told), (0, 0, 0, 2))


def _position(one: Judged) -> str:
    place = one.finding.place
    return f"{place.line}:{place.column}" if place.line else "at"


_NARROW: Final = 60
_SEVERITY: Final = 8
_POSITION: Final = 6


def _rows(rows: Iterable[tuple[RenderableType, ...]], first: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for index, _ in enumerate(next(iter(rows), ())):
        is_first = index == 0 and first
        table.add_column(min_width=first if is_first else None, no_wrap=bool(is_first), overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _closing_style(judgement: Judgement) -> str:
    if judgement.failing or judgement.unread:
        return "bold red"
    return "bold yellow" if judgement.counting else "bold green"
