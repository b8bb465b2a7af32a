"""How commands speak."""

import pytest

from gateway.cli.output import complain, counted


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "route", "0 routes"),
        (1, "policy", "1 policy"),
        (2, "policy", "2 policies"),
        (2, "problem", "2 problems"),
    ],
)
def test_numbers_are_said_in_words(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


def test_a_complaint_is_on_stderr_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert complain("no such thing") == 2
    assert capsys.readouterr() == ("", "gateway: no such thing\n")
