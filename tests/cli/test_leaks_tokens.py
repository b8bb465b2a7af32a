"""What is read on stdin, and what is never read elsewhere."""

import io
import os
import sys
from pathlib import Path
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


def test_what_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ValueError, match="standard input is closed"):
        read_tokens()
    for_writing = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    with os.fdopen(for_writing, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(ValueError, match="standard input cannot be read: bad file descriptor"):
            read_tokens()


def test_a_fingerprint_has_one_form() -> None:
    assert is_fingerprint("tfp1_abcdefghijklmnop")
    for other in (
        "tfp1_abcdefghijklmno",
        "tfp1_ABCDEFGHIJKLMNOP",
        "sfp1_abcdefghijklmnop",
        "tfp1_abcdefghijklmnop\n",
    ):
        assert not is_fingerprint(other)
