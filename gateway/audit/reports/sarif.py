"""What do code scanning services read of it? SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; each property that is cited is of it.
"""

import json
import os.path
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from gateway import __version__
from gateway.audit.judgement import Judged, Judgement
from gateway.audit.reports.plain import plain, sentence, whole
from gateway.audit.rule import Rule, Severity
from gateway.audit.rules import RULES
from gateway.config.problem import Problem

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(judgement: Judgement, *, root: Path, exit_code: int) -> str:
    """Give one run. Files below `root`, which must be absolute, are named relative to it."""
    rules = list(dict.fromkeys((*RULES, *(one.finding.rule for one in judgement.judged))))
    positions = {rule.id: index for index, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "Where the audit was started."}}},
        "invocations": [_invocation(judgement, root, exit_code)],
        "results": [
            _result(one, judgement, root) | {"ruleIndex": positions[one.finding.rule.id]}
            for one in judgement.judged
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


# --- private ---

_BASE: Final = "SRCROOT"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""`security-severity`, by which code scanning sorts: over 9.0 is critical, from 7.0, 4.0 and 0.1 the rest."""


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "token-gateway",
        "semanticVersion": __version__,
        "rules": [_rule(one) for one in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    urls = [one for one in rule.references if one.startswith("https://")]
    score = {"security-severity": _SCORES[rule.severity]} if rule.severity in _SCORES else {}
    help_text = f"{sentence(rule.why)}\n\nFix: {sentence(rule.fix)}"
    references = "".join(f"\n- {one}" for one in rule.references)
    return {
        "id": rule.id,
        "name": rule.id.replace("-", ""),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": sentence(rule.why)},
        "help": {
            "text": help_text,
            "markdown": f"{help_text}\n\n{references.strip()}" if references else help_text,
        },
        **({"helpUri": urls[0]} if urls else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["security", rule.id.partition("-")[0]], **score},
    }


def _result(one: Judged, judgement: Judgement, root: Path) -> dict[str, Any]:
    finding, place = one.finding, one.finding.place
    location = _location(place.file, place.line, place.column, root)
    if place.owner:
        name = whole(place.owner)
        pointed = f"{name}:{whole(place.pointer)}" if place.pointer else name
        location["logicalLocations"] = [
            {"name": name.rpartition("/")[2], "fullyQualifiedName": pointed, "kind": "resource"}
        ]
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{sentence(plain(finding.what))} Fix: {sentence(finding.rule.fix)}"},
        "locations": [location],
        "partialFingerprints": {"tokenGateway/v1": one.fingerprint},
        "properties": {"severity": finding.severity.value},
    }
    if judgement.has_baseline:
        result["baselineState"] = "unchanged" if one.is_known else "new"
    if not one.counts:
        result["suppressions"] = [_suppression(one)]
    return result


def _suppression(one: Judged) -> dict[str, Any]:
    if one.ignored is None:
        return {"kind": "external", "status": "accepted", "justification": "It is in the baseline."}
    end = f" (until {one.ignored.until})" if one.ignored.until else ""
    return {"kind": "inSource", "status": "accepted", "justification": f"{plain(one.ignored.reason)}{end}"}


def _invocation(judgement: Judgement, root: Path, exit_code: int) -> dict[str, Any]:
    return {
        "executionSuccessful": not judgement.unread,
        "exitCode": exit_code,
        "toolExecutionNotifications": [
            *(_notification(one, root) for one in judgement.unread),
            *({"level": "note", "message": {"text": plain(one)}} for one in judgement.remarks),
        ],
    }


def _notification(problem: Problem, root: Path) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": plain(f"{problem.what}. Fix: {problem.fix}.")},
        "locations": [_location(problem.file, problem.line, problem.column, root)],
    }


def _location(file: str, line: int, column: int, root: Path) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(file, root)}
    if line:
        physical["region"] = {"startLine": line, "startColumn": max(column, 1)}
    return {"physicalLocation": physical}


def _artifact(file: str, root: Path) -> dict[str, Any]:
    path = Path(os.path.normpath(root / file))
    if path.is_relative_to(root):
        relative = path.relative_to(root).as_posix()
        return {"uri": quote(relative.encode("utf-8", "surrogateescape")), "uriBaseId": _BASE}
    return {"uri": f"file://{quote(path.as_posix().encode('utf-8', 'surrogateescape'))}"}
