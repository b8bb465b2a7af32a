"""What is counted of a backend's answers."""

import pytest

from gateway.telemetry.backend_tally import STATUSES, BackendTally
from gateway.telemetry.families import SECONDS


@pytest.mark.parametrize(
    ("status", "name"), [(101, "1xx"), (200, "2xx"), (304, "3xx"), (404, "4xx"), (599, "5xx")]
)
def test_an_answer_counts_in_its_class(status: int, name: str) -> None:
    tally = BackendTally()
    tally.answered(status, 0.002)
    assert dict(zip(STATUSES, tally.answers, strict=True)) == {**dict.fromkeys(STATUSES, 0), name: 1}
    assert tally.seconds[SECONDS.index(0.0025)] == 1
    assert (sum(tally.seconds[:-1]), tally.seconds[-1]) == (1, 0.002)


def test_no_answer_takes_no_time() -> None:
    tally = BackendTally()
    tally.unanswered()
    assert tally.answers == [1, 0, 0, 0, 0, 0]
    assert sum(tally.seconds) == 0
