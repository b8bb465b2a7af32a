"""Are the times of a key's life what the facts behind them ask for?"""

from gateway.core.mint import MAX_LIFE_S
from gateway.keys.schedule import (
    JWKS_MAX_AGE_S,
    LOOK_EVERY_S,
    MIN_ROTATE_EVERY_S,
    MOUNTED_WITHIN_S,
    PENDING_S,
    RETIRING_S,
    SEEN_WITHIN_S,
    SKEW_S,
)


def test_a_new_key_waits_until_no_verifier_can_lack_it() -> None:
    assert SEEN_WITHIN_S >= 2 * LOOK_EVERY_S, "one look may fail"
    assert PENDING_S == SEEN_WITHIN_S + JWKS_MAX_AGE_S + SKEW_S == 390


def test_an_old_key_stays_until_its_last_token_has_expired_everywhere() -> None:
    assert RETIRING_S == SEEN_WITHIN_S + MAX_LIFE_S + 2 * SKEW_S == 450


def test_the_shortest_period_is_one_life_and_can_be_written_in_minutes() -> None:
    assert MIN_ROTATE_EVERY_S == PENDING_S + RETIRING_S == 14 * 60


def test_a_secret_has_arrived_when_two_looks_of_a_kubelet_have_failed() -> None:
    assert MOUNTED_WITHIN_S >= 3 * 60 * 1.5 + 30
