"""How does an audit run: what is read, judged, written, and with which exit code?"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, assert_never

from rich.console import Console

from gateway.app.parts import CLOCK
from gateway.audit import baseline
from gateway.audit.check import check
from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate, Gathering
from gateway.audit.estate.gather import NothingThere, gather, gather_stream
from gateway.audit.judgement import Judgement, judge
from gateway.audit.reports import github, gitlab, json_report, junit, markdown, sarif, text
from gateway.audit.rule import Severity
from gateway.audit.rules import RULES
from gateway.cli.output import EX_FINDINGS, EX_OK, EX_USAGE, complain, counted
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError, Problem, show
from gateway.core.policy import Policy

Format = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown"]

STDIN: Final = "stdin"
WIDTH: Final = 100
"""Of a text that is no terminal's."""
SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""https://docs.github.com/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that was asked for."""

    paths: tuple[str, ...]
    config: Path | None
    controller: Controller | None
    is_whole: bool
    asked: tuple[str, ...]
    skipped: tuple[str, ...]
    format: Format
    output: Path | None
    baseline: Path | None
    write_baseline: Path | None
    fail_on: Severity | None


def audit(request: Request) -> int:
    """Report, and give the exit code. Raises: ConfigError."""
    try:
        asked = _asked(request)
        known = None if request.baseline is None else baseline.read(request.baseline)
    except ValueError as error:
        return complain(str(error))
    policies = _policies(request.config)
    today = datetime.fromtimestamp(CLOCK(), UTC).date()
    checked = check(_estate(request), policies, today=today)
    judgement = judge(checked, baseline=known, today=today, fail_on=request.fail_on, asked=asked)
    try:
        if request.write_baseline is not None:
            return _keep(request.write_baseline, judgement)
        code = exit_code(judgement)
        _write(request, judgement, code)
    except OSError as error:
        if error.filename is None:  # of stdout: gateway.cli knows
            raise
        return complain(f"{error.filename} cannot be written: {(error.strerror or 'error').lower()}")
    return code


def exit_code(judgement: Judgement) -> int:
    """Give 2 where something could not be read, whatever was found beside it; then 1, then 0."""
    if judgement.unread:
        return EX_USAGE
    return EX_FINDINGS if judgement.failing else EX_OK


# --- private ---


def _asked(request: Request) -> frozenset[str] | None:
    """Raises: ValueError."""
    known = {one.id for one in RULES}
    for one in (*request.asked, *request.skipped):
        if one not in known:
            raise ValueError(f"{show(one)} is no rule; `gateway audit rules` lists them")
    if not request.asked and not request.skipped:
        return None
    return frozenset(request.asked or known) - frozenset(request.skipped)


def _policies(config: Path | None) -> Mapping[str, Policy] | None:
    """Raises: ConfigError, for an included file too: its policies would seem not to be there."""
    if config is None:
        return None
    world = load_world(config)
    if world.refused:
        raise ConfigError(world.refused)
    return world.snapshot.policies


def _estate(request: Request) -> Estate:
    gathering = Gathering()
    for path in request.paths:
        try:
            if path == "-":
                gather_stream(sys.stdin.buffer, STDIN, gathering)
            else:
                gather([Path(path)], gathering)
        except NothingThere as error:
            what = str(error).removeprefix(f"{Path(path)} ")
            gathering.unread.append(_problem(path, what, "name a file or a folder that is there"))
    if not (gathering.objects or gathering.files or gathering.unread):
        named = ", ".join(STDIN if one == "-" else one for one in request.paths)
        what = "holds neither an object of Kubernetes nor a proxy's configuration"
        gathering.unread.append(_problem(named, what, "name what is to be audited"))
    return gathering.finished(is_whole=request.is_whole, controller=request.controller)


def _problem(file: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=0, column=1, path="", what=what, fix=fix)


def _keep(path: Path, judgement: Judgement) -> int:
    """An audit that has not seen everything makes no baseline."""
    if judgement.unread:
        for problem in judgement.unread:
            print(problem, file=sys.stderr)
        return complain(f"{path} was not written: what could not be read would be found as new")
    known = [baseline.known_of(one.finding, one.fingerprint) for one in judgement.judged if not one.ignored]
    path.write_text(baseline.written(known), encoding="utf-8")
    print(f"wrote {path} with {counted(len(known), 'finding')}")
    return EX_OK


def _write(request: Request, judgement: Judgement, code: int) -> None:
    if request.output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        width = None if sys.stdout.isatty() else WIDTH
        _print(request.format, judgement, code, Console(width=width, highlight=False))
    else:
        with request.output.open("w", encoding="utf-8") as file:
            _print(request.format, judgement, code, Console(file=file, width=WIDTH, highlight=False))
    if request.format == "github" and (summary := os.environ.get(SUMMARY)):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown.render(judgement))


def _print(form: Format, judgement: Judgement, code: int, console: Console) -> None:
    if form == "text":
        with console.capture() as told:
            console.print(text.render(judgement))
        console.file.write("".join(f"{line.rstrip()}\n" for line in told.get().splitlines()))
    else:
        console.file.write(_rendered(form, judgement, code))


def _rendered(form: Format, judgement: Judgement, code: int) -> str:
    match form:
        case "text":
            raise ValueError(form)
        case "json":
            return json_report.render(judgement)
        case "sarif":
            return sarif.render(judgement, root=Path.cwd(), exit_code=code)
        case "junit":
            return junit.render(judgement)
        case "github":
            return github.render(judgement)
        case "gitlab":
            return gitlab.render(judgement)
        case "markdown":
            return markdown.render(judgement)
        case _:
            assert_never(form)
