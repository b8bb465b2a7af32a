"""How commands speak."""

import subprocess
import sys

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


def test_what_nobody_can_be_told_ends_nothing() -> None:
    script = "from gateway.cli.output import say; say('no such thing'); print('goes on')"
    ran = subprocess.run(
        ["bash", "-c", f'{sys.executable} -c "{script}" 2>/dev/full'],
        capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, b"goes on\n")
