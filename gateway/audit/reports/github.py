"""What does GitHub show beside the lines of a pull request? Workflow commands.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions. It shows ten of each level for
each step, so the worst come first.
"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.judgement import Judgement
from gateway.audit.reports.plain import plain, sentence
from gateway.audit.rule import Severity


def render(judgement: Judgement) -> str:
    """Give one line for each finding that counts, and for what could not be read."""
    return "".join(f"{line}\n" for line in _lines(judgement))


# --- private ---

_COMMANDS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def _lines(judgement: Judgement) -> Iterator[str]:
    for problem in judgement.unread:
        place = _place(problem.file, problem.line, problem.column)
        yield _command("error", place, "cannot be read", f"{problem.what}. Fix: {problem.fix}.")
    for one in judgement.counting:
        finding, rule, where = one.finding, one.finding.rule, one.finding.place
        place = _place(where.file, where.line, where.column)
        subject = f"{where.owner}: " if where.owner else ""
        message = " ".join(
            (f"{subject}{sentence(finding.what)}", sentence(rule.why), f"Fix: {sentence(rule.fix)}")
        )
        title = f"{rule.id} {rule.title} ({finding.severity.value})"
        yield _command(_COMMANDS[finding.severity], place, title, message)
    for remark in judgement.remarks:
        yield _command("notice", {}, "gateway audit", remark)


def _place(file: str, line: int, column: int) -> dict[str, str]:
    return {"file": file, "line": str(line), "col": str(column)} if line else {"file": file}


def _command(name: str, place: dict[str, str], title: str, message: str) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in {**place, "title": title}.items())
    return f"::{name} {properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return plain(text).replace("%", "%25")  # ends of lines are `\n` by now


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
