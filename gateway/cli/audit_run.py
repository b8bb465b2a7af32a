"""How does an audit run: what is read, judged, written, and with which exit code?"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TextIO, assert_never

from gateway.app.parts import CLOCK
from gateway.audit import baseline
from gateway.audit.check import check
from gateway.audit.judgement import Judgement, judge
from gateway.audit.reports import github, gitlab, json_report, junit, markdown, sarif, text
from gateway.audit.rule import Severity
from gateway.audit.rules import RULES
from gateway.cli.audit_estate import Given, read
from gateway.cli.audit_print import print_rich, write_out_what_it_cannot
from gateway.cli.output import EX_FINDINGS, EX_OK, EX_USAGE, complain, counted, print_problem
from gateway.config.problem import ConfigError, show
from gateway.core.policy import Policy

Format = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown"]

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""https://docs.github.com/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that was asked for."""

    given: Given
    config: Path | None
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
    checked = check(read(request.given), policies, today=today)
    judgement = judge(checked, baseline=known, today=today, fail_on=request.fail_on, asked=asked)
    try:
        if request.write_baseline is not None:
            return _keep(request.write_baseline, judgement)
        code = exit_code(judgement)
        write(request.format, request.output, judgement, code)
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


def write(form: Format, output: Path | None, judgement: Judgement, code: int) -> None:
    """Print a report, or write it to a file; on GitHub to the summary of the step too. Raises: OSError."""
    if output is None:
        _print(form, judgement, code, sys.stdout)
    else:
        with output.open("w", encoding="utf-8") as file:
            _print(form, judgement, code, file)
    if form == "github" and (summary := os.environ.get(SUMMARY)):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown.render(judgement))


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
    from gateway.config.compile import load_world  # noqa: PLC0415 - the file format takes a third of the start

    world = load_world(config)
    if world.refused:
        raise ConfigError(world.refused)
    return world.snapshot.policies


def _keep(path: Path, judgement: Judgement) -> int:
    """An audit that has not seen everything makes no baseline."""
    if judgement.unread:
        for problem in judgement.unread:
            print_problem(problem)
        return complain(f"{path} was not written: what could not be read would be found as new")
    known = [baseline.known_of(one.finding, one.fingerprint) for one in judgement.judged if not one.ignored]
    path.write_text(baseline.written(known), encoding="utf-8")
    print(f"wrote {path} with {counted(len(known), 'finding')}")
    return EX_OK


def _print(form: Format, judgement: Judgement, code: int, file: TextIO) -> None:
    if form == "text":
        print_rich(text.render(judgement), file)
    else:
        write_out_what_it_cannot(file)
        file.write(_rendered(form, judgement, code))


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
