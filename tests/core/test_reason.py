"""One reason, one row: class, step and a sentence."""

import re

import pytest

from gateway.core.reason import ROWS, Outage, Outcome, Reason, Refusal, Step


def test_every_reason_has_exactly_one_row() -> None:
    assert set(ROWS) == set(Reason)
    assert len(ROWS) == len(Reason)


def test_rows_stand_in_the_order_of_the_reasons() -> None:
    assert list(ROWS) == list(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_a_metric_label_and_a_sentence(reason: Reason) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,40}", reason.value)
    assert reason.value == reason.name.lower()
    assert ROWS[reason].meaning[0].isupper()
    assert ROWS[reason].meaning.endswith(".")
    assert "\n" not in ROWS[reason].meaning


def test_every_class_and_step_is_used() -> None:
    assert {row.outcome for row in ROWS.values()} == set(Outcome)
    assert {row.step for row in ROWS.values()} == set(Step)


def test_only_verify_and_identify_refuse_a_token_as_invalid() -> None:
    steps = {row.step for row in ROWS.values() if row.outcome is Outcome.TOKEN}
    assert steps == {Step.VERIFY, Step.IDENTIFY}


def test_printing_a_refusal_shows_the_reason_and_never_the_detail() -> None:
    refusal = Refusal(Reason.KEY_UNKNOWN, "c4n4ry")
    assert "c4n4ry" not in repr(refusal) + str(refusal)
    assert str(refusal) == "key_unknown"
    assert str(Outage(Reason.KEYS_UNAVAILABLE)) == "keys_unavailable"


def test_an_outage_says_when_to_come_back() -> None:
    assert Outage(Reason.KEYS_UNAVAILABLE).retry_after_s > 0
