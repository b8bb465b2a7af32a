import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from gateway.audit.judgement import Judgement
from gateway.audit.reports.sarif import render
from gateway.audit.rule import Severity
from gateway.audit.rules import RULES
from tests.audit.judgements import finding, hostile, judged, judgement, mixed, rule

ROOT = Path("/srv/repository")
SCHEMA = Path("tests/vectors/sarif/sarif-schema-2.1.0.json")


@cache
def schema() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def run(one: Judgement, *, exit_code: int = 1) -> Any:
    document = json.loads(render(one, root=ROOT, exit_code=exit_code))
    assert [f"{fault.json_path}: {fault.message}" for fault in schema().iter_errors(document)] == []
    (found,) = document["runs"]
    return found


@pytest.mark.long
def test_all_of_it_is_what_the_schema_asks_for() -> None:
    for one in (mixed(), hostile(), judgement()):
        run(one)


def test_the_schema_would_object() -> None:
    document = json.loads(render(mixed(), root=ROOT, exit_code=1))
    document["runs"][0]["results"][0]["level"] = "high"
    assert list(schema().iter_errors(document)) != []


def test_every_rule_is_described_and_each_result_points_at_its_own() -> None:
    found = run(mixed())
    rules = found["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules][: len(RULES)] == [one.id for one in RULES]
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    described = rules[found["results"][0]["ruleIndex"]]
    assert described["help"]["text"].endswith("Fix: list Authorization in auth-response-headers.")
    assert described["helpUri"] == "https://kubernetes.github.io/ingress-nginx/"
    assert described["properties"]["security-severity"] == "8.0"


@pytest.mark.long
def test_a_result_has_its_place_object_and_fingerprint() -> None:
    (result,) = run(judgement(judged()))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "deploy/orders.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 12, "startColumn": 5},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"].startswith("Ingress/shop/orders:metadata.")
    (moved,) = run(judgement(judged(finding(line=99))))["results"]
    assert moved["partialFingerprints"] == result["partialFingerprints"]


@pytest.mark.long
def test_levels() -> None:
    levels = {
        severity: run(judgement(judged(finding(rule(severity=severity)))))["results"][0]["level"]
        for severity in Severity
    }
    assert list(levels.values()) == ["error", "error", "warning", "note", "note"]


@pytest.mark.long
def test_what_is_accepted_or_known_is_suppressed_and_says_why() -> None:
    found = {one["ruleId"]: one for one in run(mixed())["results"]}
    assert found["NGX-011"]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "it goes in May (until 2027-05-01)"}
    ]
    assert found["COV-001"]["suppressions"][0]["kind"] == "external"
    assert "suppressions" not in found["NGX-006"]
    assert [one["baselineState"] for one in found.values()] == ["new", "new", "unchanged", "new", "new"]
    assert "baselineState" not in run(judgement(judged()))["results"][0]


@pytest.mark.long
def test_what_could_not_be_read_is_a_notification_with_its_place() -> None:
    (invocation,) = run(mixed(), exit_code=2)["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    unread, remark = invocation["toolExecutionNotifications"]
    assert unread["level"] == "error"
    assert unread["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}
    assert remark["level"] == "note"
    assert run(judgement(), exit_code=0)["invocations"][0]["executionSuccessful"] is True


@pytest.mark.long
def test_files_are_relative_to_the_root_where_they_are_below_it() -> None:
    for file, uri in (
        ("./a b/c#.yaml", "a%20b/c%23.yaml"),
        ("/srv/repository/x/../y.yaml", "y.yaml"),
        ("../other/z.yaml", "file:///srv/other/z.yaml"),
        ("/etc/nginx/nginx.conf", "file:///etc/nginx/nginx.conf"),
    ):
        (result,) = run(judgement(judged(finding(file=file))))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
