"""When a worker that died is started again."""

from gateway.server.workers.restarts import GIVE_UP, QUICK_S, Restarts


def test_who_had_worked_is_started_again_at_once() -> None:
    restarts = Restarts()
    assert [restarts.died_after(QUICK_S) for _ in range(100)] == [0.0] * 100


def test_who_dies_at_its_start_waits_longer_each_time_and_then_no_more() -> None:
    restarts = Restarts()
    waits = [restarts.died_after(0.1) for _ in range(GIVE_UP)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert known[0] > 0
    assert sum(known) < 10


def test_only_deaths_in_a_row_count() -> None:
    restarts = Restarts()
    for _ in range(10):
        assert restarts.died_after(0.1) is not None
        assert restarts.died_after(QUICK_S + 1) == 0.0
