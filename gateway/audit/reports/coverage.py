"""How is it shown which routes are covered: to a person, on a page, to a program?"""

import json
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.audit.coverage import Coverage, Covered, State
from gateway.audit.exposure import Backend, Exposure, Reaches
from gateway.audit.reports.markdown import escaped
from gateway.audit.reports.plain import plain, position, whole

VERSION: Final = 1


def render(coverage: Coverage) -> RenderableType:
    """Give what `rich` prints at any width: host by host."""
    parts: list[RenderableType] = []
    for host, routes in coverage.hosts.items():
        parts += [Text(plain(host) or _ANY, style="bold"), _table(routes), Text()]
    return Group(*parts, Text(closing(coverage), style="bold"))


def render_markdown(coverage: Coverage) -> str:
    """Give one section, with a table of all routes."""
    lines = ["## Coverage", "", f"**{closing(coverage)}**", ""]
    lines += ["| host | path | | by | client's token reaches the pod | where |", "|---|---|---|---|---|---|"]
    for host, routes in coverage.hosts.items():
        for one in routes:
            token = one.exposure.token
            cells = (
                escaped(plain(host) or _ANY),
                escaped(_path(one.exposure)),
                f"**{one.state}**" if one.state in _LOUD else one.state,
                escaped(one.by),
                escaped(f"{token.reaches}: {token.why}"),
                escaped(position(one.exposure.source)),
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def render_json(coverage: Coverage) -> str:
    """Give one document."""
    document = {
        "version": VERSION,
        "summary": {state.value: coverage.count(state) for state in State},
        "tokens": {one.value: _tokens(coverage, one) for one in Reaches},
        "routes": [_members(one) for routes in coverage.hosts.values() for one in routes],
    }
    return json.dumps(document, indent=2) + "\n"


def closing(coverage: Coverage) -> str:
    """Count: `3 routes protected, 1 open; the client's token reaches the pod on 1`."""
    counts = [f"{coverage.count(state)} {state}" for state in State if coverage.count(state)]
    reached, unsure = _tokens(coverage, Reaches.YES), _tokens(coverage, Reaches.CANNOT_TELL)
    told = f"the client's token reaches the pod on {reached}"
    if unsure:
        told += f", and on {unsure} that cannot be told"
    return f"{', '.join(counts) or 'no routes'}; {told}"


# --- private ---

_ANY: Final = "(any host)"
_LOUD: Final = frozenset({State.OPEN, State.CANNOT_TELL})
_STYLES: Final = {
    State.OPEN: "bold red",
    State.CANNOT_TELL: "yellow",
    State.PROTECTED: "green",
    State.PUBLIC: "cyan",
    State.SHADOWED: "dim",
}
_TOKEN_STYLES: Final = {Reaches.YES: "red", Reaches.NO: "green", Reaches.CANNOT_TELL: "yellow"}


def _table(routes: tuple[Covered, ...]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in routes:
        table.add_row("", Text(one.state, _STYLES[one.state]), Text(_path(one.exposure)), _about(one))
    return table


def _about(one: Covered) -> Text:
    exposure, token = one.exposure, one.exposure.token
    about = Text.assemble(plain(one.by), (f"\n{position(exposure.source)}", "dim"))
    if exposure.backends:
        about.append(f" to {', '.join(plain(_backend(each)) for each in exposure.backends)}", "dim")
    if one.state is not State.SHADOWED:
        about.append("\nclient's token reaches the pod: ", "dim")
        about.append(token.reaches, _TOKEN_STYLES[token.reaches])
        about.append(f", {plain(token.why)} ({_line(exposure)})", "dim")
    return about


def _line(one: Exposure) -> str:
    place = one.token.place
    same = place.file == one.source.file and place.line
    return f"line {place.line}" if same else position(place)


def _path(one: Exposure) -> str:
    methods = "" if one.methods is None else f" [{' '.join(sorted(one.methods))}]"
    conditions = f" if {', '.join(one.conditions)}" if one.conditions else ""
    return plain(f"{one.path}{methods}{conditions}")


def _backend(one: Backend) -> str:
    return "/".join(part for part in (one.namespace, one.name) if part) + (f":{one.port}" if one.port else "")


def _tokens(coverage: Coverage, which: Reaches) -> int:
    return sum(
        one.exposure.token.reaches is which
        for routes in coverage.hosts.values()
        for one in routes
        if one.state is not State.SHADOWED
    )


def _members(one: Covered) -> dict[str, Any]:
    exposure, token = one.exposure, one.exposure.token
    return {
        "host": whole(exposure.host),
        "path": {"kind": exposure.path.kind.value, "value": whole(exposure.path.value)},
        "methods": None if exposure.methods is None else sorted(map(whole, exposure.methods)),
        "conditions": [whole(each) for each in exposure.conditions],
        "state": one.state.value,
        "by": whole(one.by),
        "tls": exposure.tls.value,
        "controller": exposure.controller.value,
        "class": whole(exposure.class_name),
        "backends": [whole(_backend(each)) for each in exposure.backends],
        "policy": None if exposure.auth is None else exposure.auth.policy,
        "token": {"reaches": token.reaches.value, "why": whole(token.why), **_place(token.place)},
        **_place(exposure.source),
    }


def _place(place: Any) -> dict[str, Any]:
    return {"file": whole(place.file), "line": place.line, "object": whole(place.owner)}
