import json
from typing import Any

from gateway.audit.judgement import Judgement
from gateway.audit.reports.gitlab import render
from gateway.audit.rule import Severity
from tests.audit.judgements import finding, hostile, judged, judgement, mixed, rule


def entries(one: Judgement) -> Any:
    """Each with all members that GitLab asks for, of the kinds it asks for."""
    found = json.loads(render(one))
    for entry in found:
        assert all(isinstance(entry[name], str) for name in ("description", "check_name", "fingerprint"))
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")
    return found


def test_what_counts_and_what_could_not_be_read() -> None:
    found = entries(mixed())
    assert [one["check_name"] for one in found] == ["unread", "NGX-006", "NGX-019", "SAT-009"]
    assert found[0]["location"] == {"path": "deploy/broken.yaml", "lines": {"begin": 3}}
    assert found[1]["location"] == {"path": "deploy/orders.yaml", "lines": {"begin": 12}}
    assert found[1]["description"] == (
        "Ingress/shop/orders: auth-response-headers lacks Authorization. "
        "Fix: list Authorization in auth-response-headers."
    )
    assert len({one["fingerprint"] for one in found}) == 4


def test_severities() -> None:
    told = [entries(judgement(judged(finding(rule(severity=one)))))[0]["severity"] for one in Severity]
    assert told == ["blocker", "critical", "major", "minor", "info"]


def test_nothing_is_an_empty_list() -> None:
    assert entries(judgement()) == []


def test_a_path_is_relative_to_the_repository() -> None:
    assert (
        entries(judgement(judged(finding(file="./deploy/a.yaml"))))[0]["location"]["path"] == "deploy/a.yaml"
    )


def test_a_hostile_name_is_text() -> None:
    described = entries(hostile())[1]["description"]
    assert described.isprintable()
    render(hostile()).encode("ascii")
