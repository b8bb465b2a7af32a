import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema

from gateway.leaks.finding import Finding
from gateway.leaks.sarif import SCHEMA, as_sarif

FILE = Path(__file__).parents[1] / "vectors" / "sarif" / "sarif-schema-2.1.0.json"
FINDINGS = [
    Finding(type=type_, file=file, line=1, column=1, start=0, end=9, fingerprint=f"tfp1_{'a' * 16}")
    for type_, file in (("jwt", "/var/log/a b.log"), ("github-pat", "-"), ("jwt", "\N{SNOWMAN}\udcff.log"))
]


def log(findings: list[Finding], unread: list[str]) -> dict[str, Any]:
    document = as_sarif(findings, unread, "1.2.3")
    schema = json.loads(FILE.read_text())
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    return document


def test_it_is_what_the_schema_says() -> None:
    assert log(FINDINGS, ["a cannot be read"])["$schema"] == SCHEMA
    assert log([], [])["runs"][0]["results"] == []


def test_a_result_is_known_again_by_its_fingerprint() -> None:
    run = log(FINDINGS, [])["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["github-pat", "jwt"]
    assert [(one["ruleId"], one["ruleIndex"]) for one in run["results"]] == [
        ("jwt", 1),
        ("github-pat", 0),
        ("jwt", 1),
    ]
    assert run["results"][0]["partialFingerprints"] == {"tokenGatewayFingerprint/v1": f"tfp1_{'a' * 16}"}
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    assert uris == ["/var/log/a%20b.log", "-", "%E2%98%83%FF.log"]


def test_what_has_no_fingerprint_of_its_own_is_not_taken_for_another() -> None:
    for name in ("too-long", "whole-file"):
        (result,) = log([replace(FINDINGS[0], fingerprint=name)], [])["runs"][0]["results"]
        assert result["partialFingerprints"] == {}


def test_what_could_not_be_read_is_a_notification() -> None:
    (invocation,) = log([], ["a cannot be read"])["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "a cannot be read"
