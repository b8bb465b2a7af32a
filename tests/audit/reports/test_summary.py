from gateway.audit.reports.summary import closing, counts
from gateway.audit.rule import Severity
from tests.audit.judgements import finding, judged, judgement, mixed, rule


def test_only_what_counts_is_counted() -> None:
    assert counts(mixed()) == "3 findings: 1 high, 1 medium, 1 info"
    assert counts(judgement(judged())) == "1 finding: 1 high"
    assert counts(judgement(judged(finding(rule(severity=Severity.LOW)), reason="so"))) == "nothing found"


def test_what_is_left_out_is_said() -> None:
    assert closing(judgement()) == "3 objects and 1 proxy file read, 4 routes"
    assert closing(mixed()) == (
        "3 objects and 1 proxy file read, 4 routes, 1 accepted, 1 in the baseline, 1 could not be read"
    )
