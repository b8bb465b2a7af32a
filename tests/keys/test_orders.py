"""Does what a person asks for happen, and does a key sign afterwards?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.orders import Keys, advance, revoke, rotate, rotate_now
from gateway.keys.rotation import Rotation
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState
from tests.keys.layouts import NOW, some_key, stored

ROTATION = Rotation(algorithm="ES256", every_s=86400)
ACTIVE, PENDING, RETIRING = KeyState.ACTIVE, KeyState.PENDING, KeyState.RETIRING
FIRST, SECOND, THIRD, OTHER, NEW = some_key(), some_key(), some_key(), some_key("EdDSA"), some_key()
ALL: Keys = (stored(FIRST), stored(SECOND, PENDING), stored(THIRD, RETIRING), stored(OTHER))
LATER = NOW + 5


def make(_: Algorithm) -> SigningKey:
    return NEW


def never(_: Algorithm) -> SigningKey:
    raise AssertionError("no key is needed")


def states(keys: Keys) -> dict[str, tuple[KeyState, int | None]]:
    return {one.key.kid: (one.state, one.since) for one in keys}


def test_a_rotation_publishes_a_successor_once() -> None:
    keys = rotate((stored(FIRST),), ROTATION, now=LATER, make=make)
    assert states(keys) == {FIRST.kid: (ACTIVE, NOW), NEW.kid: (PENDING, LATER)}
    assert rotate(keys, ROTATION, now=LATER, make=never) == keys


def test_an_emergency_does_not_wait() -> None:
    keys = rotate_now((stored(FIRST),), ROTATION, now=LATER, make=make)
    assert states(keys) == {FIRST.kid: (RETIRING, LATER), NEW.kid: (ACTIVE, LATER)}


def test_in_an_emergency_the_key_that_is_published_already_is_taken() -> None:
    keys = rotate_now(ALL, ROTATION, now=LATER, make=never)
    assert states(keys) == states(ALL) | {FIRST.kid: (RETIRING, LATER), SECOND.kid: (ACTIVE, LATER)}


def test_the_active_key_is_revoked_and_the_published_one_signs() -> None:
    keys = revoke(ALL, FIRST.kid, ROTATION, now=LATER, make=never)
    expected = states(ALL) | {SECOND.kid: (ACTIVE, LATER)}
    del expected[FIRST.kid]
    assert states(keys) == expected


def test_the_only_key_is_revoked_and_a_new_one_signs() -> None:
    keys = revoke((stored(FIRST),), FIRST.kid, ROTATION, now=LATER, make=make)
    assert states(keys) == {NEW.kid: (ACTIVE, LATER)}


@pytest.mark.parametrize("key", [SECOND, THIRD, OTHER])
def test_another_key_is_only_taken_away(key: SigningKey) -> None:
    keys = revoke(ALL, key.kid, ROTATION, now=LATER, make=never)
    assert keys == tuple(one for one in ALL if one.key is not key)


def test_a_key_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        revoke(ALL, NEW.kid, ROTATION, now=LATER, make=never)


@given(st.lists(st.integers(0, 9), max_size=8))
def test_whatever_is_asked_one_key_signs(asked: list[int]) -> None:
    now, held = NOW, ALL
    for choice in asked:
        now += 1
        match choice:
            case 0 | 1:
                held = rotate(held, ROTATION, now=now, make=some_key)
            case 2 | 3:
                held = rotate_now(held, ROTATION, now=now, make=some_key)
            case _:
                held = revoke(held, held[choice % len(held)].key.kid, ROTATION, now=now, make=some_key)
        assert ROTATION.active(held) is not None


def test_what_is_due_is_done_where_nobody_else_does_it() -> None:
    due = NOW + 86400
    assert advance((stored(FIRST),), ROTATION, now=NOW, make=never) == (stored(FIRST),)
    keys = advance((stored(FIRST),), ROTATION, now=due, make=make)
    assert states(keys) == {FIRST.kid: (ACTIVE, NOW), NEW.kid: (PENDING, due)}
