"""Every case, through every dialect: as its proxy asks it in, the answer to the proxy out."""

import pytest

from gateway.core.reason import ROWS, Outcome, Reason
from tests.conformance import test_dialects as http
from tests.conformance.scenario import PERMIT, Scenario
from tests.corpus.groups import GROUPS, Group
from tests.walk import EVERY_DIALECT, GRPC

CASES = tuple(one for group in GROUPS for one in group.cases)


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.letter)
def test_what_each_group_leaves_alone_is_allowed(group: Group, dialect: str) -> None:
    verdict, answer = http.run(group.control, dialect)
    assert (http.outcome_of(verdict), answer.status) == (PERMIT, 200)


@pytest.mark.parametrize("scenario", CASES, ids=lambda scenario: scenario.name)
def test_each_case_has_its_reason_in_every_dialect(scenario: Scenario) -> None:
    for dialect in EVERY_DIALECT:
        verdict, answer = http.run(scenario, dialect)
        expected = scenario.unlike.get(dialect, scenario.expected)
        assert http.outcome_of(verdict) == expected, dialect
        http.check_answer(expected, answer, "envoy" if dialect == GRPC else dialect)


@pytest.mark.parametrize("dialect", EVERY_DIALECT)
def test_a_client_cannot_tell_one_bad_token_from_another(dialect: str) -> None:
    """K06, K22: over the whole of group a."""
    answers = {http.run(scenario, dialect)[1] for scenario in CASES if is_token_refused(scenario, dialect)}
    assert len(answers) == 1


def is_token_refused(scenario: Scenario, dialect: str) -> bool:
    expected = scenario.unlike.get(dialect, scenario.expected)
    return expected != PERMIT and ROWS[Reason(expected)].outcome is Outcome.TOKEN
