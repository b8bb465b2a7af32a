"""Each odd head gets one constant answer or its decision, and nothing of it is written down."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.telemetry.exposition import exposition
from tests.conformance.scenario import Expected, asked, case
from tests.corpus.heads import CANARY, GOOD, READ, UNREAD
from tests.corpus.listening import Listening, Told, listening
from tests.corpus.unread import STATUS

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTROL = case("the good case", asked(), "permit")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at() -> AsyncIterator[Listening]:
    async with listening() as one:
        one.enter(CONTROL)
        yield one


def assert_nothing_of_it_is_told(at: Listening, told: Told) -> None:
    assert CANARY.encode() not in told.said + told.written + exposition(at.metrics.series)


@pytest.mark.parametrize(("raw", "fault"), UNREAD.values(), ids=UNREAD)
async def test_what_is_no_request_is_refused_unread(at: Listening, raw: bytes, fault: str) -> None:
    """And what stands behind it is no request either: the connection ends."""
    told = await at.send(raw)
    assert (told.status, told.faults, told.outcomes) == (STATUS[fault], (fault,), ())
    assert told.said.lower().startswith(b"http/1.1 %d " % told.status)
    assert b"\r\nconnection: close\r\n" in told.said.lower()
    assert_nothing_of_it_is_told(at, told)
    assert (await at.send(GOOD)).status == 200


@pytest.mark.parametrize(("raw", "status", "outcome"), READ.values(), ids=READ)
async def test_what_is_a_request_is_decided(
    at: Listening, raw: bytes, status: int, outcome: Expected
) -> None:
    told = await at.send(raw)
    assert (told.status, told.outcomes, told.faults) == (status, (outcome,), ())
    assert_nothing_of_it_is_told(at, told)


async def test_every_answer_to_what_is_unread_is_one_of_two(at: Listening) -> None:
    """K22: they differ in nothing but the class."""
    said = {(await at.send(raw)).said for raw, _ in UNREAD.values()}
    assert len(said) == 2
