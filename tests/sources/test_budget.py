"""Are there never more requests in any window than the budget says?"""

from hypothesis import given
from hypothesis.strategies import floats, integers, lists

from gateway.sources.budget import Budget


def test_spent_and_free_again() -> None:
    now = [100.0]
    budget = Budget(limit=2, window_s=60, clock=lambda: now[0])
    assert budget.take()
    now[0] += 10
    assert budget.take()
    assert not budget.take()
    assert budget.free_in_s() == 50
    now[0] += 50
    assert budget.free_in_s() == 0
    assert budget.take()
    assert not budget.take()
    assert budget.free_in_s() == 10


@given(integers(1, 5), lists(floats(0, 100), max_size=60))
def test_no_window_holds_more_than_the_limit(limit: int, steps: list[float]) -> None:
    now = [0.0]
    budget = Budget(limit=limit, window_s=60, clock=lambda: now[0])
    taken: list[float] = []
    for step in steps:
        now[0] += step
        free = budget.free_in_s() == 0
        assert budget.take() is free
        if free:
            taken.append(now[0])
    for begin in taken:
        assert sum(begin <= each < begin + 60 for each in taken) <= limit
