"""Every reason has a row, a scenario (or a named other test), and a line in docs/reasons.md."""

from gateway.core.reason import ROWS, Reason
from tests.architecture.reasons_page import page
from tests.architecture.source import ROOT
from tests.conformance.scenario import PERMIT, PREFLIGHT
from tests.conformance.scenarios import SCENARIOS, TESTED_ELSEWHERE


def test_rows_scenarios_and_reasons_are_one_set() -> None:
    shown = {one.expected for one in SCENARIOS} - {PERMIT, PREFLIGHT}
    assert set(ROWS) == set(Reason)
    assert shown | set(TESTED_ELSEWHERE) == set(Reason)
    assert shown & set(TESTED_ELSEWHERE) == set(), "a scenario shows it by now: the list may only shrink"


def test_what_is_tested_elsewhere_is_tested_there() -> None:
    for reason, place in TESTED_ELSEWHERE.items():
        path, _, why = place.partition(": ")
        assert why
        assert f"Reason.{reason.name}" in (ROOT / path).read_text(), f"{path} does not name {reason}"


def test_the_page_is_the_one_that_the_table_makes() -> None:
    assert (ROOT / "docs/reasons.md").read_text() == page(), (
        "python -m tests.architecture.reasons_page > docs/reasons.md"
    )
