"""Is every step taken when it is due, and never before?"""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.rotation import Rotation, Step, next_step, promote, publish
from gateway.keys.schedule import MIN_ROTATE_EVERY_S, PENDING_S, RETIRING_S
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, some_key, stored

WEEK = 7 * 86400
MONTH = 30 * 86400
ROTATION = Rotation(algorithm="ES256", every_s=WEEK)
FIRST, SECOND, THIRD = some_key(), some_key(), some_key()
OTHER = some_key("EdDSA")
ACTIVE, PENDING, RETIRING = KeyState.ACTIVE, KeyState.PENDING, KeyState.RETIRING


def making(*keys: SigningKey) -> Iterator[SigningKey]:
    return iter(keys)


def advance(keys: tuple[StoredKey, ...], now: int, *made: SigningKey) -> tuple[StoredKey, ...]:
    """One look. It makes no more keys than are given."""
    ready = making(*made)
    advanced = ROTATION.advance(keys, now=now, make=lambda _: next(ready))
    assert ROTATION.due(keys, now=now) == (advanced != keys)
    return advanced


def states(keys: tuple[StoredKey, ...]) -> list[tuple[str, KeyState, int | None]]:
    return [(one.key.kid, one.state, one.since) for one in keys]


def test_one_whole_life() -> None:
    keys: tuple[StoredKey, ...] = (stored(FIRST),)
    published = NOW + WEEK - PENDING_S
    assert advance(keys, published - 1) == keys
    keys = advance(keys, published, SECOND)
    assert states(keys) == [(FIRST.kid, ACTIVE, NOW), (SECOND.kid, PENDING, published)]
    assert keys[1].created_at == published
    assert advance(keys, NOW + WEEK - 1) == keys
    keys = advance(keys, NOW + WEEK)
    assert states(keys) == [(FIRST.kid, RETIRING, NOW + WEEK), (SECOND.kid, ACTIVE, NOW + WEEK)]
    assert advance(keys, NOW + WEEK + RETIRING_S - 1) == keys
    keys = advance(keys, NOW + WEEK + RETIRING_S)
    assert states(keys) == [(SECOND.kid, ACTIVE, NOW + WEEK)]


def test_after_a_month_without_a_gateway_a_key_is_still_published_before_it_signs() -> None:
    late = NOW + MONTH
    keys = advance((stored(FIRST),), late, SECOND)
    assert states(keys) == [(FIRST.kid, ACTIVE, NOW), (SECOND.kid, PENDING, late)]
    assert advance(keys, late + PENDING_S - 1) == keys
    assert states(advance(keys, late + PENDING_S))[1] == (SECOND.kid, ACTIVE, late + PENDING_S)


def test_what_was_begun_before_the_month_is_completed_first() -> None:
    late = NOW + MONTH
    keys = advance((stored(FIRST), stored(SECOND, PENDING), stored(THIRD, RETIRING)), late)
    assert states(keys) == [(FIRST.kid, RETIRING, late), (SECOND.kid, ACTIVE, late)]


def test_a_step_that_is_late_moves_those_after_it() -> None:
    late = NOW + PENDING_S + 100
    keys = advance((stored(FIRST), stored(SECOND, PENDING)), late)
    assert advance(keys, late + RETIRING_S - 1) == keys
    assert states(advance(keys, late + RETIRING_S)) == [(SECOND.kid, ACTIVE, late)]


def test_where_it_is_not_known_since_when_a_key_waits_it_waits_anew() -> None:
    keys = (stored(FIRST, since=None), stored(SECOND, PENDING, None), stored(THIRD, RETIRING, None))
    late = NOW + MONTH
    dated = advance(keys, late)
    assert states(dated) == [
        (FIRST.kid, ACTIVE, NOW),
        (SECOND.kid, PENDING, late),
        (THIRD.kid, RETIRING, late),
    ]
    assert advance(dated, late + 1) == dated


@pytest.mark.parametrize(
    "keys",
    [
        (),
        (stored(SECOND, PENDING),),
        (stored(FIRST), stored(SECOND)),
        (stored(OTHER), stored(FIRST, RETIRING)),
    ],
)
def test_without_exactly_one_active_key_a_person_must_decide(keys: tuple[StoredKey, ...]) -> None:
    assert advance(keys, NOW + MONTH) == keys


def test_keys_of_another_algorithm_are_left_alone() -> None:
    others = tuple(stored(some_key("EdDSA"), state, since) for state in KeyState for since in (NOW, None))
    assert advance((stored(FIRST), *others), NOW) == (stored(FIRST), *others)
    keys = advance((stored(FIRST), *others), NOW + MONTH, SECOND)
    assert keys[1:7] == others


def test_a_clock_that_was_set_back_takes_no_step() -> None:
    keys = (stored(FIRST), stored(SECOND, PENDING), stored(THIRD, RETIRING))
    assert advance(keys, NOW - MONTH) == keys


def test_the_shortest_period_never_has_more_than_two_keys() -> None:
    rotation = Rotation(algorithm="ES256", every_s=MIN_ROTATE_EVERY_S)
    keys: tuple[StoredKey, ...] = (stored(FIRST),)
    seen = set()
    for now in range(NOW, NOW + 5 * MIN_ROTATE_EVERY_S):
        keys = rotation.advance(keys, now=now, make=lambda _: some_key())
        seen |= {one.key.kid for one in keys}
        assert len(keys) <= 2
    assert len(seen) == 6


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_successor_is_of_the_algorithm(algorithm: Algorithm) -> None:
    rotation = Rotation(algorithm=algorithm, every_s=WEEK)
    keys = rotation.advance((stored(some_key(algorithm)),), now=NOW + WEEK, make=SigningKey.generate)
    assert [one.key.algorithm for one in keys] == [algorithm, algorithm]


def test_promotion_is_one_step_within_an_algorithm() -> None:
    keys = publish((stored(FIRST), stored(OTHER)), SECOND, now=NOW + 1)
    assert states(promote(keys, SECOND.kid, now=NOW + 2)) == [
        (FIRST.kid, RETIRING, NOW + 2),
        (OTHER.kid, ACTIVE, NOW),
        (SECOND.kid, ACTIVE, NOW + 2),
    ]
    with pytest.raises(KeyError):
        promote(keys, THIRD.kid, now=NOW)


def test_what_happens_next() -> None:
    alone, waiting = stored(FIRST), stored(SECOND, PENDING, NOW + 7)
    assert next_step(alone, [alone], ROTATION) == (Step.SUCCESSOR, NOW + WEEK - PENDING_S)
    assert next_step(alone, [alone, waiting], ROTATION) == (Step.RETIRES, NOW + 7 + PENDING_S)
    assert next_step(waiting, [alone, waiting], ROTATION) == (Step.SIGNS, NOW + 7 + PENDING_S)
    assert next_step(stored(THIRD, RETIRING), [alone], ROTATION) == (Step.GONE, NOW + RETIRING_S)
    assert next_step(stored(OTHER), [alone], ROTATION) is None


pools = st.lists(
    st.builds(
        stored,
        st.builds(some_key, st.sampled_from(["ES256", "EdDSA"])),
        st.sampled_from(KeyState),
        st.none() | st.integers(NOW - MONTH, NOW + MONTH),
    ),
    max_size=5,
).map(tuple)


@given(pools, st.integers(NOW - 2 * MONTH, NOW + 2 * MONTH))
def test_whatever_is_stored_one_look_is_enough_and_one_active_key_stays_one(
    keys: tuple[StoredKey, ...], now: int
) -> None:
    advanced = ROTATION.advance(keys, now=now, make=lambda _: some_key())
    assert (ROTATION.active(keys) is None) == (ROTATION.active(advanced) is None)
    assert ROTATION.due(keys, now=now) == (advanced != keys)
    waiting = [one for one in keys if one.state is PENDING and one.key.algorithm == "ES256"]
    if len(waiting) <= 1:  # of several, put there by hand, each look promotes one
        assert not ROTATION.due(advanced, now=now)
    new = {one.key.kid for one in advanced} - {one.key.kid for one in keys}
    assert len(new) <= 1
    assert all(one.state is PENDING for one in advanced if one.key.kid in new)


def test_where_a_change_is_mounted_late_both_waitings_are_longer_by_it() -> None:
    rotation = Rotation(algorithm="ES256", every_s=WEEK, mounted_s=300)
    alone, waiting, retiring = stored(FIRST), stored(SECOND, PENDING), stored(THIRD, RETIRING)
    assert not rotation.due((alone, waiting, retiring), now=NOW + PENDING_S + 300 - 1)
    assert rotation.due((alone, waiting, retiring), now=NOW + PENDING_S + 300)
    assert not rotation.due((alone, retiring), now=NOW + RETIRING_S + 300 - 1)
    assert rotation.due((alone, retiring), now=NOW + RETIRING_S + 300)
    assert next_step(alone, [alone], rotation) == (Step.SUCCESSOR, NOW + WEEK - PENDING_S - 300)
    assert next_step(alone, [alone, waiting], rotation) == (Step.RETIRES, NOW + PENDING_S + 300)
    assert next_step(waiting, [alone, waiting], rotation) == (Step.SIGNS, NOW + PENDING_S + 300)
    assert next_step(retiring, [alone], rotation) == (Step.GONE, NOW + RETIRING_S + 300)
