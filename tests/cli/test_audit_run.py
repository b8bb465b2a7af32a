"""Which exit code is it, where several are due?"""

from gateway.audit.rule import Severity
from gateway.cli.audit_run import exit_code
from tests.audit.judgements import finding, judged, judgement, problem, rule


def test_what_could_not_be_read_wins_over_what_was_found() -> None:
    much = judged(finding(rule(severity=Severity.CRITICAL)))
    assert exit_code(judgement()) == 0
    assert exit_code(judgement(much)) == 1
    assert exit_code(judgement(much, fail_on=None)) == 0
    assert exit_code(judgement(unread=(problem(),))) == 2
    assert exit_code(judgement(much, unread=(problem(),))) == 2
    assert exit_code(judgement(much, unread=(problem(),), fail_on=None)) == 2


def test_what_is_accepted_or_known_is_not_too_much() -> None:
    assert exit_code(judgement(judged(reason="why"), judged(is_known=True))) == 0
