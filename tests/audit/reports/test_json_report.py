import json
from typing import Any

from gateway.audit.judgement import Judgement
from gateway.audit.reports.json_report import render
from tests.audit.judgements import HOSTILE, hostile, judgement, mixed


def document(one: Judgement) -> Any:
    return json.loads(render(one))


def test_every_finding_is_in_it_and_what_becomes_of_it() -> None:
    found = document(mixed())
    assert found["version"] == 1
    assert [one["rule"] for one in found["findings"]] == [
        "NGX-006",
        "NGX-019",
        "COV-001",
        "NGX-011",
        "SAT-009",
    ]
    assert [one["fails"] for one in found["findings"]] == [True, False, False, False, False]
    assert [one["in_baseline"] for one in found["findings"]] == [False, False, True, False, False]
    assert [one["accepted"] for one in found["findings"]][3] == {
        "reason": "it goes in May",
        "until": "2027-05-01",
    }
    first = found["findings"][0]
    assert first["title"] == "The client's token reaches the backend"
    assert (first["file"], first["line"], first["column"]) == ("deploy/orders.yaml", 12, 5)
    assert (first["object"], first["severity"]) == ("Ingress/shop/orders", "high")
    assert first["references"][0] == "CVE-2026-0001"


def test_the_summary_counts_what_counts() -> None:
    assert document(mixed())["summary"] == {
        "counting": {"critical": 0, "high": 1, "medium": 1, "low": 0, "info": 1},
        "accepted": 1,
        "in_baseline": 1,
        "fail_on": "high",
        "failing": 1,
        "unread": 1,
        "objects": 3,
        "proxy_files": 1,
        "exposures": 4,
    }
    assert document(judgement(fail_on=None))["summary"]["fail_on"] == "never"


def test_what_could_not_be_read_has_its_place() -> None:
    assert document(mixed())["unread"] == [
        {
            "file": "deploy/broken.yaml",
            "line": 3,
            "column": 7,
            "what": "is not YAML",
            "fix": "close the quotation",
        }
    ]


def test_a_hostile_name_is_one_string() -> None:
    found = document(hostile())
    assert found["findings"][0]["file"] == HOSTILE.replace("\udc80", "\\udc80")
    render(hostile()).encode("ascii")
