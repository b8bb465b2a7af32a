"""Is the work for one request bounded, whatever a client without a token puts into it? Counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import pytest

from tests.hostile.expensive import Bench, cost_us, requests

MOST_LINES: Final = 28_000
"""Lines of Python that one request may execute. A good token takes about 2,400 at first; one line that runs
once for every byte of a full head would alone be over it."""


def lines_of(work: Callable[[], object]) -> int:
    """How many lines of Python this executes, the standard library's among them."""
    lines = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("name", requests())
def test_each_is_refused_for_its_reason(bench: Bench, name: str) -> None:
    request = requests()[name]
    assert bench.ask(request.raw) == request.refused


@pytest.mark.parametrize("name", requests())
def test_none_takes_more_than_so_many_steps(bench: Bench, name: str) -> None:
    raw = requests()[name].raw
    assert lines_of(lambda: bench.ask(raw)) <= MOST_LINES


def test_the_steps_are_really_counted(bench: Bench) -> None:
    assert lines_of(lambda: bench.ask(requests()["good token"].raw)) > 100
    assert lines_of(lambda: [None for _ in range(5)]) > 1


def test_the_cost_of_a_call_is_a_positive_number() -> None:
    assert cost_us(lambda: None, at_least_s=0.001) > 0
