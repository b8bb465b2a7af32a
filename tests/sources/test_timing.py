"""Is the rhythm bounded on every side?"""

import pytest

from gateway.sources.timing import Timing


@pytest.mark.parametrize(
    ("max_age_s", "ttl_s"), [(None, 300), (0, 60), (59, 60), (60, 60), (3600, 3600), (3601, 3600)]
)
def test_the_ttl_is_clamped(max_age_s: float | None, ttl_s: float) -> None:
    assert Timing().ttl_s(max_age_s) == ttl_s


def test_refreshed_before_it_is_stale_and_not_all_at_once() -> None:
    timing = Timing()
    assert timing.refresh_in_s(100, 0) == 75
    assert timing.refresh_in_s(100, 0.999) < 85


def test_retries_double_up_to_a_bound_with_jitter() -> None:
    timing = Timing()
    assert [timing.retry_in_s(n, 1) for n in (1, 2, 3, 9, 10, 10_000)] == [1, 2, 4, 256, 300, 300]
    assert timing.retry_in_s(1, 0) == 0.5


@pytest.mark.parametrize(("asked_s", "hold_s"), [(None, 0), (-1, 0), (0, 0), (299, 299), (10**9, 300)])
def test_retry_after_is_bounded(asked_s: float | None, hold_s: float) -> None:
    assert Timing().hold_s(asked_s) == hold_s


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_ttl_s": 0},
        {"min_ttl_s": 301},
        {"max_ttl_s": 299},
        {"max_stale_s": 3599},
        {"budget": 0},
        {"first_retry_s": 0},
        {"max_retry_s": 0.5},
    ],
)
def test_a_rhythm_without_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Timing(**wrong)  # type: ignore[arg-type]


def test_a_file_is_looked_at_every_second_but_kept_as_long() -> None:
    timing = Timing().for_file()
    assert (timing.ttl_s(3600), timing.retry_in_s(9, 1), timing.cooldown_s) == (1, 1, 1)
    assert timing.max_stale_s == Timing().max_stale_s
