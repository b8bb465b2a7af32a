from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry import repeats as module
from gateway.telemetry.repeats import Refusal, Repeated, Repeats

KEEP = 3


def refusal(source: str = "203.0.113.9", **changes: str) -> Refusal:
    return Refusal(policy="orders", reason="token_expired", outcome="failure", source=source)._replace(
        **changes
    )


def admitted(repeats: Repeats, refusals: Iterable[Refusal], now: float = 0) -> int:
    return sum(repeats.admits(one, now) for one in refusals)


def test_the_first_are_written_and_the_others_counted_with_their_times() -> None:
    repeats = Repeats(keep=KEEP, per_s=10)
    assert [repeats.admits(refusal(), now) for now in range(6)] == [True] * 3 + [False] * 3
    assert repeats.take() == [(refusal(), Repeated(seen=6, suppressed=3, first=3, last=5))]
    assert repeats.suppressed == 3


def test_another_kind_has_its_own_count() -> None:
    repeats = Repeats(keep=1, per_s=10)
    kinds = [
        refusal(),
        refusal("other"),
        refusal(reason="no_route"),
        refusal(dialect="x"),
        refusal(route="r"),
    ]
    assert admitted(repeats, kinds * 2) == len(kinds)


def test_an_interval_ends_with_time_and_where_the_clock_was_set_back() -> None:
    repeats = Repeats(keep=KEEP, per_s=10)
    assert not repeats.ended(1000)
    repeats.admits(refusal(), 100)
    assert [repeats.ended(now) for now in (100, 109.9, 110, 99)] == [False, False, True, True]
    repeats.take()
    assert not repeats.ended(1000)
    assert repeats.admits(refusal(), 1000)


def test_what_was_written_one_by_one_has_no_summary() -> None:
    repeats = Repeats(keep=KEEP, per_s=10)
    admitted(repeats, [refusal()] * KEEP)
    assert repeats.take() == []


def test_a_flood_from_many_addresses_stays_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KINDS", 10)
    repeats = Repeats(keep=KEEP, per_s=10)
    assert admitted(repeats, (refusal(str(number)) for number in range(10_000))) == 10 + KEEP
    assert len(repeats._kinds) == 11
    ((overflow, repeated),) = repeats.take()
    assert overflow == Refusal(policy="orders", reason="token_expired", outcome="failure")
    assert repeated.suppressed == repeats.suppressed == 10_000 - 10 - KEEP


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.booleans()), max_size=200))
def test_nothing_is_lost(events: list[tuple[int, int, bool]]) -> None:
    repeats = Repeats(keep=2, per_s=10)
    written = summed = 0
    for source, now, takes in events:
        written += repeats.admits(refusal(str(source)), now)
        if takes:
            summed += sum(each.suppressed for _, each in repeats.take())
    summed += sum(each.suppressed for _, each in repeats.take())
    assert (written + summed, summed) == (len(events), repeats.suppressed)
