"""What is read on stdin, and what is never read elsewhere."""

import io
import sys
from typing import Any

import pytest

from gateway.cli import leaks_tokens
from gateway.cli.leaks_tokens import is_fingerprint, read_tokens
from tests import builders as b
from tests.cli.test_leaks_fingerprint import Stdin


def test_tokens_come_one_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(f"Bearer {b.token()}\nx-opaque\n"))
    assert read_tokens() == (b.token().encode(), b"x-opaque")


def test_too_much_is_no_list_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks_tokens, "MAX_INPUT", 64)
    monkeypatch.setattr(sys, "stdin", Stdin("x\n" * 40))
    with pytest.raises(ValueError, match="no list of tokens"):
        read_tokens()


def test_a_person_is_told_what_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    terminal: Any = Terminal(io.BytesIO(b"x-opaque"))
    monkeypatch.setattr(sys, "stdin", terminal)
    assert read_tokens() == (b"x-opaque",)
    assert "Ctrl-D" in capsys.readouterr().err


def test_a_fingerprint_has_one_form() -> None:
    assert is_fingerprint("tfp1_abcdefghijklmnop")
    for other in (
        "tfp1_abcdefghijklmno",
        "tfp1_ABCDEFGHIJKLMNOP",
        "sfp1_abcdefghijklmnop",
        "tfp1_abcdefghijklmnop\n",
    ):
        assert not is_fingerprint(other)
