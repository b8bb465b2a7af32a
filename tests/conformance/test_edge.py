"""Every scenario, at the edge: the client's request in, and out what the client or the backend gets."""

import pytest

from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.reason import ROWS, Outcome
from gateway.core.verdict import Deny, Permit, Preflight, Verdict
from gateway.dialects.wire import HttpAnswer
from tests.conformance.scenario import Scenario
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.test_dialects import check_answer, head, outcome_of
from tests.forwards import anywhere, forward, headers_of
from tests.walk import EDGE, through

everything = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def run(scenario: Scenario) -> tuple[Verdict, HttpAnswer]:
    """Several tests look at one answer: a scenario is run once, known by its name, which no other has."""
    if scenario.name not in _RAN:
        _RAN[scenario.name] = _run(scenario)
    return _RAN[scenario.name]


_RAN: dict[str, tuple[Verdict, HttpAnswer]] = {}


def _run(scenario: Scenario) -> tuple[Verdict, HttpAnswer]:
    return through(
        EDGE, scenario.wire(), scenario.world(), scenario.known(), scenario.lookups(), now=scenario.now
    )


@everything
def test_scenario(scenario: Scenario) -> None:
    verdict, answer = run(scenario)
    expected = scenario.unlike.get(EDGE, scenario.expected)
    assert outcome_of(verdict) == expected
    check_answer(expected, answer, EDGE)


@everything
def test_what_is_permitted_is_passed_on_without_the_clients_credential(scenario: Scenario) -> None:
    verdict, _ = run(scenario)
    if not isinstance(verdict, Permit):
        return
    facts, token = verdict.context.facts, verdict.context.token
    assert facts is not None
    given_on = forward(anywhere(verdict))
    names = [name for name, _ in headers_of(given_on)]
    assert [names.count(name) for name in IDENTITY_HEADERS] == [1, 1, 1, 1]
    written = b"\n".join((given_on.target, *(value for _, value in headers_of(given_on))))
    assert token is None or token.text not in written
    assert given_on.target.partition(b"?")[0] == facts.path


def test_a_client_cannot_tell_one_bad_token_from_another() -> None:
    verdicts = map(run, SCENARIOS)
    answers = {
        answer
        for verdict, answer in verdicts
        if isinstance(verdict, Deny) and ROWS[verdict.reason].outcome is Outcome.TOKEN
    }
    assert len(answers) == 1


def test_nothing_that_a_client_sent_comes_back_in_a_refusal() -> None:
    for scenario in SCENARIOS:
        verdict, answer = run(scenario)
        if isinstance(verdict, Permit | Preflight):
            continue
        sent = {part for _, value in scenario.wire().headers for part in value.split() if len(part) > 12}
        assert [part for part in sent if part in head(answer) + answer.body] == []
