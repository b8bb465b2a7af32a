from random import Random

import pytest

from gateway.telemetry.sampling import Sampling


def test_a_fraction_is_kept_and_the_rest_counted() -> None:
    sampling = Sampling(0.1, Random(7).random)
    kept = sum(sampling.keeps() for _ in range(10_000))
    assert kept + sampling.left_out == 10_000
    assert 850 < kept < 1150


def test_without_a_rate_all_are_kept() -> None:
    sampling = Sampling()
    assert all(sampling.keeps() for _ in range(100))
    assert sampling.left_out == 0


@pytest.mark.parametrize("rate", [0, -1, 1.01, float("nan")])
def test_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Sampling(rate)
