"""What does a program read of it? One JSON document."""

import json
from typing import Any, Final

from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import whole
from gateway.audit.rule import Severity
from gateway.config.problem import Problem

VERSION: Final = 1
"""Grows where a member is taken away or means something else."""


def render(judgement: Judgement) -> str:
    """Give every finding, what was accepted or known among them, and all that could not be read."""
    document = {
        "version": VERSION,
        "summary": _summary(judgement),
        "findings": [_finding(one, judgement) for one in judgement.judged],
        "unread": [_unread(one) for one in judgement.unread],
        "remarks": [whole(one) for one in judgement.remarks],
    }
    return json.dumps(document, indent=2) + "\n"


# --- private ---


def _summary(judgement: Judgement) -> dict[str, Any]:
    counting = [one.finding.severity for one in judgement.counting]
    return {
        "counting": {severity.value: counting.count(severity) for severity in Severity},
        "accepted": sum(one.ignored is not None for one in judgement.judged),
        "in_baseline": sum(one.is_known for one in judgement.judged),
        "fail_on": "never" if judgement.fail_on is None else judgement.fail_on.value,
        "failing": len(judgement.failing),
        "unread": len(judgement.unread),
        "objects": judgement.objects,
        "proxy_files": judgement.files,
        "exposures": judgement.exposures,
    }


def _finding(one: Judged, judgement: Judgement) -> dict[str, Any]:
    finding, place = one.finding, one.finding.place
    return {
        "rule": finding.rule.id,
        "severity": finding.severity.value,
        "title": finding.rule.title,
        "what": whole(finding.what),
        "why": finding.rule.why,
        "fix": finding.rule.fix,
        "references": list(finding.rule.references),
        "file": whole(place.file),
        "line": place.line,
        "column": place.column,
        "object": whole(place.owner),
        "pointer": whole(place.pointer),
        "about": whole(finding.about),
        "fingerprint": one.fingerprint,
        "fails": judgement.fails(one),
        "in_baseline": one.is_known,
        "accepted": None
        if one.ignored is None
        else {
            "reason": whole(one.ignored.reason),
            "until": one.ignored.until.isoformat() if one.ignored.until else None,
        },
    }


def _unread(problem: Problem) -> dict[str, Any]:
    return {
        "file": whole(problem.file),
        "line": problem.line,
        "column": problem.column,
        "what": whole(problem.what),
        "fix": whole(problem.fix),
    }
