"""Every case, in every dialect, over real sockets: cold, and warm after the good request was there.

Of each: the status, the reason in the decision record, nothing of what was presented in the record or in a
refusal, and no issuer asked for more than the case says.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.core.reason import ROWS, Reason
from gateway.server.grpc.call import MAX_MESSAGE
from tests import builders as b
from tests.conformance.scenario import PERMIT, PREFLIGHT, Expected, Scenario
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.test_dialects import STATUSES
from tests.corpus.groups import GROUPS
from tests.corpus.listening import (
    EDGE,
    EVERY,
    GRPC,
    NO_ANSWER,
    Listening,
    Told,
    head_of,
    listening,
    request_of,
    secrets_of,
)
from tests.corpus.unread import STATUS, fault_at_edge, fault_of
from tests.server.grpc.messages import message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]

CASES = (*SCENARIOS, *(one for group in GROUPS for one in (group.control, *group.cases)))
NO_MESSAGE = "no message"
GOOD = b.Wire(headers=(b.bearer(),))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at() -> AsyncIterator[Listening]:
    async with listening() as one:
        yield one


@pytest.mark.parametrize("scenario", CASES, ids=lambda scenario: scenario.name)
async def test_each_case_at_the_listeners(at: Listening, scenario: Scenario) -> None:
    wire = scenario.wire()
    at.enter(scenario, listed=wire.peer == b.PEER)
    for dialect in EVERY:
        cold = await asked_cold(at, scenario, wire, dialect)
        check(cold, scenario, wire, dialect)
        assert await asked_warm(at, wire, dialect) == [cold, cold], dialect


async def asked_cold(at: Listening, scenario: Scenario, wire: b.Wire, dialect: str) -> Told:
    """In a gateway that has just been started. No issuer is asked for what the case does not need."""
    at.forget()
    told = await at.ask(dialect, wire)
    if scenario.expected is not Reason.KEYS_UNAVAILABLE:
        assert set(at.issuers.asked) <= set(scenario.lookups()), dialect
    return told


async def asked_warm(at: Listening, wire: b.Wire, dialect: str) -> list[Told]:
    """Twice, after the good request has filled what remembers; it is answered as before, afterwards too."""
    at.forget()
    before = at.memo.tally.hits
    good = await at.ask(dialect, GOOD)
    warm = [await at.ask(dialect, wire), await at.ask(dialect, wire)]
    assert await at.ask(dialect, GOOD) == good, dialect
    if b"user.hash" in good.written and good.status == 200 and not at.issuers.asked:
        assert at.memo.tally.hits > before, "a permit for a token is remembered"
    return warm


def check(told: Told, scenario: Scenario, wire: b.Wire, dialect: str) -> None:
    fault = unread(wire, dialect)
    if fault == NO_MESSAGE:
        assert (told.status, told.outcomes) == (NO_ANSWER, ())
    elif fault is not None:
        assert (told.status, told.faults, told.outcomes) == (STATUS[fault], (fault,), ()), dialect
    else:
        expected = as_read(scenario, wire, dialect)
        assert (told.outcomes, told.faults) == ((expected,), ()), dialect
        assert told.status == status_of(expected, dialect), dialect
    given = b"" if told.status == 200 else told.said
    assert [one for one in secrets_of(wire) if one in told.written + given] == [], dialect


def as_read(scenario: Scenario, wire: b.Wire, dialect: str) -> Expected:
    """What the bytes on the wire say of the case."""
    if dialect == "envoy" and wire.target[:1] not in {b"", b"/"}:
        return Reason.POLICY_UNKNOWN  # behind the URL of its policy it makes the URL of no policy
    if wire.target.endswith(b"\t") and dialect not in {"envoy", GRPC, EDGE}:
        return Reason.CREDENTIAL_MISSING  # blanks around a header's value are none of it (RFC 9110 5.5)
    return scenario.unlike.get(dialect, scenario.expected)


def unread(wire: b.Wire, dialect: str) -> str | None:
    if dialect == GRPC:
        return NO_MESSAGE if message(wire).ByteSize() > MAX_MESSAGE else None
    request = request_of(dialect, wire)
    return (fault_at_edge if dialect == EDGE else fault_of)(request, len(head_of(request)))


def status_of(expected: Expected, dialect: str) -> int:
    if expected == PERMIT:
        return 200
    if expected == PREFLIGHT:
        return 204 if dialect == EDGE else 403  # any 2xx would let it through
    if dialect == EDGE and expected is Reason.POLICY_UNKNOWN:
        return 404
    return STATUSES["envoy" if dialect == GRPC else dialect][ROWS[Reason(expected)].outcome]
