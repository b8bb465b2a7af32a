"""What does GitLab show in a merge request? A report of Code Quality.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
import json
from typing import Any, Final

from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, sentence, whole
from gateway.audit.rule import Severity
from gateway.config.problem import Problem


def render(judgement: Judgement) -> str:
    """Give every finding that counts, and what could not be read."""
    entries = [*map(_unread, judgement.unread), *map(_finding, judgement.counting)]
    return json.dumps(entries, indent=2) + "\n"


# --- private ---

_SEVERITIES: Final = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def _finding(one: Judged) -> dict[str, Any]:
    finding, place = one.finding, one.finding.place
    subject = f"{place.owner}: " if place.owner else ""
    return _entry(
        check=finding.rule.id,
        description=f"{subject}{sentence(finding.what)} Fix: {sentence(finding.rule.fix)}",
        severity=_SEVERITIES[finding.severity],
        fingerprint=one.fingerprint,
        file=place.file,
        line=place.line,
    )


def _unread(problem: Problem) -> dict[str, Any]:
    named = json.dumps((problem.file, problem.line, problem.column, problem.what))
    return _entry(
        check="unread",
        description=f"{problem.what}. Fix: {problem.fix}.",
        severity="critical",
        fingerprint=hashlib.sha256(named.encode()).hexdigest()[:32],
        file=problem.file,
        line=problem.line,
    )


def _entry(
    *, check: str, description: str, severity: str, fingerprint: str, file: str, line: int
) -> dict[str, Any]:
    path = whole(file).removeprefix("./")
    return {
        "check_name": check,
        "description": plain(description),
        "severity": severity,
        "fingerprint": fingerprint,
        "location": {"path": path, "lines": {"begin": max(line, 1)}},
    }
