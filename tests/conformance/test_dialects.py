"""Every scenario, through every dialect: as its proxy asks it in, the answer to the proxy out."""

import re
from collections import Counter

import pytest

from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.reason import ROWS, Outcome, Reason
from gateway.core.verdict import Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects import DIALECTS
from gateway.dialects.wire import HttpAnswer
from tests.builders import ISSUER, SENDERS
from tests.conformance.scenario import PERMIT, PREFLIGHT, Expected, Scenario
from tests.conformance.scenarios import SCENARIOS, TESTED_ELSEWHERE
from tests.walk import EDGE, through

# DESIGN section 2, "What each class of outcome becomes".
CANONICAL = {
    Outcome.MALFORMED: 400,
    Outcome.MISSING: 401,
    Outcome.TOKEN: 401,
    Outcome.SCOPE: 403,
    Outcome.FORBIDDEN: 403,
    Outcome.OUTAGE: 503,
    Outcome.BUG: 500,
}
STATUSES = {**dict.fromkeys((*SENDERS, EDGE), CANONICAL), "nginx": {**CANONICAL, Outcome.MALFORMED: 403}}
CHALLENGES = {
    Outcome.MALFORMED: rb'Bearer realm="[a-z-]+", error="invalid_request"',
    Outcome.MISSING: rb'Bearer realm="[a-z-]+"',
    Outcome.TOKEN: rb'Bearer realm="[a-z-]+", error="invalid_token"',
    Outcome.SCOPE: rb'Bearer realm="[a-z-]+", error="insufficient_scope", scope="[a-z: ]+"',
}
BODY = re.compile(rb'\{"error":"[a-z_]+","error_description":"[A-Za-z ]+\."\}\n')
PROBLEM = re.compile(
    rb'\{"type":"about:blank","title":"[A-Za-z ]+","status":[45][0-9]{2},'
    rb'"detail":"[A-Za-z ]+\.","error":"[a-z_]+"\}\n'
)
SECURITY = {b"x-content-type-options", b"content-security-policy", b"referrer-policy"}
MAX_HEAD_BYTES = 3584
"""DESIGN section 2: the whole answer under 3.5 KB."""


def run(scenario: Scenario, dialect: str) -> tuple[Verdict, HttpAnswer]:
    """Several tests look at one answer: a scenario is run once, known by its name, which no other has."""
    if (scenario.name, dialect) not in _RAN:
        _RAN[scenario.name, dialect] = _run(scenario, dialect)
    return _RAN[scenario.name, dialect]


_RAN: dict[tuple[str, str], tuple[Verdict, HttpAnswer]] = {}


def _run(scenario: Scenario, dialect: str) -> tuple[Verdict, HttpAnswer]:
    return through(
        dialect, scenario.wire(), scenario.world(), scenario.known(), scenario.lookups(), now=scenario.now
    )


def outcome_of(verdict: Verdict) -> Expected:
    match verdict:
        case Permit():
            return PERMIT
        case Preflight():
            return PREFLIGHT
        case Deny() | Indeterminate():
            return verdict.reason


def head(answer: HttpAnswer) -> bytes:
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in answer.headers)
    return b"HTTP/1.1 %d Service Unavailable\r\n" % answer.status + lines + b"\r\n"


@pytest.mark.parametrize("dialect", SENDERS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(scenario: Scenario, dialect: str) -> None:
    verdict, answer = run(scenario, dialect)
    expected = scenario.unlike.get(dialect, scenario.expected)
    assert outcome_of(verdict) == expected
    check_answer(expected, answer, dialect)


def check_answer(expected: Expected, answer: HttpAnswer, dialect: str) -> None:
    names = [name for name, _ in answer.headers]
    assert answer.headers[0] == (b"cache-control", b"no-store")
    assert len(set(names)) == len(names), "no header twice"
    assert all(name == name.lower() for name in names)
    assert len(head(answer)) < MAX_HEAD_BYTES
    assert re.fullmatch(rb"[ -~\r\n]*", head(answer)), "printable ASCII alone"
    if expected == PERMIT:
        check_permit(answer, dialect)
    elif expected == PREFLIGHT:
        check_preflight(answer, dialect)
    else:
        check_refusal(Reason(expected), answer, dialect)


def check_permit(answer: HttpAnswer, dialect: str) -> None:
    assert answer.status == 200
    assert answer.body == b""
    names = Counter(name for name, _ in answer.headers)
    assert [names[name] for name in IDENTITY_HEADERS] == [1, 1, 1, 1]
    headers = dict(answer.headers)
    if headers[b"x-auth-subject"]:
        assert headers[b"authorization"].startswith(b"Bearer eyJ")
        assert headers[b"x-auth-issuer"] == ISSUER.encode()
    else:  # a public route names nobody, and gives no token on
        assert b"authorization" not in headers
        assert {headers[name] for name in IDENTITY_HEADERS} == {b""}
    removed = headers.get(b"x-envoy-auth-headers-to-remove", b"").split(b",")
    assert (b"authorization" in removed) is (dialect == "envoy" and b"authorization" not in headers)
    assert not set(removed) & set(headers), "Envoy removes what is set as well"


def check_preflight(answer: HttpAnswer, dialect: str) -> None:
    assert dict(answer.headers)[b"access-control-allow-origin"] == b"https://app.example.com"
    if dialect == EDGE:  # nobody else reads it
        assert (answer.status, answer.body) == (204, b"")
        return
    # Any 2xx would let the preflight through to the backend.
    assert answer.status == 403
    marked = b"x-token-gateway-preflight" in dict(answer.headers)
    assert marked is DIALECTS[dialect].CAPABILITIES.answers_preflight


def check_refusal(reason: Reason, answer: HttpAnswer, dialect: str) -> None:
    outcome, headers = ROWS[reason].outcome, dict(answer.headers)
    if dialect == EDGE:
        check_problem(reason, answer)
    else:
        assert answer.status == STATUSES[dialect][outcome]
        assert BODY.fullmatch(answer.body)
        assert headers[b"content-type"] == b"application/json"
    assert (b"retry-after" in headers) is (outcome is Outcome.OUTAGE)
    pattern = CHALLENGES.get(outcome)
    assert (b"www-authenticate" in headers) is (pattern is not None)
    if pattern is not None:
        assert re.fullmatch(pattern, headers[b"www-authenticate"])
    allowed = {b"cache-control", b"content-type", b"www-authenticate", b"retry-after", b"vary"}
    allowed |= SECURITY if dialect == EDGE else set()
    assert {name for name in headers if not name.startswith(b"access-control-")} <= allowed
    assert reason.value.encode() not in head(answer) + answer.body


def check_problem(reason: Reason, answer: HttpAnswer) -> None:
    """RFC 9457, and 404 for a host of nobody: DESIGN section 2."""
    missing = reason is Reason.POLICY_UNKNOWN
    assert answer.status == (404 if missing else STATUSES[EDGE][ROWS[reason].outcome])
    assert PROBLEM.fullmatch(answer.body)
    headers = dict(answer.headers)
    assert headers[b"content-type"] == b"application/problem+json"
    assert set(headers) >= SECURITY


@pytest.mark.parametrize("dialect", SENDERS)
def test_a_client_cannot_tell_one_bad_token_from_another(dialect: str) -> None:
    answers = {
        answer
        for scenario in SCENARIOS
        for verdict, answer in [run(scenario, dialect)]
        if isinstance(verdict, Deny) and ROWS[verdict.reason].outcome is Outcome.TOKEN
    }
    assert len(answers) == 1


@pytest.mark.parametrize("dialect", SENDERS)
def test_nothing_that_a_client_sent_comes_back_in_a_refusal(dialect: str) -> None:
    for scenario in SCENARIOS:
        verdict, answer = run(scenario, dialect)
        if isinstance(verdict, Permit | Preflight):
            continue
        sent = {part for _, value in scenario.wire().headers for part in value.split() if len(part) > 12}
        assert [part for part in sent if part in head(answer) + answer.body] == []


def test_names_are_unique_and_every_reason_has_a_scenario_or_another_place() -> None:
    names = Counter(scenario.name for scenario in SCENARIOS)
    assert [name for name, count in names.items() if count > 1] == []
    shown = {scenario.expected for scenario in SCENARIOS}
    assert shown - {PERMIT, PREFLIGHT} == set(Reason) - set(TESTED_ELSEWHERE)
