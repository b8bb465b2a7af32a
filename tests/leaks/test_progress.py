import io
import sys

import pytest

from gateway.leaks.progress import MUCH_BYTES, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, total: int) -> str:
    with progress(stream, total) as read:
        for _ in range(4):
            read(total // 4)
    return stream.getvalue()


def test_a_bar_is_for_long_work_on_a_terminal() -> None:
    assert shown(io.StringIO(), MUCH_BYTES) == ""
    assert shown(Terminal(), MUCH_BYTES - 1) == ""


def test_a_bar_shows_how_much_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "33.6/33.6 MB" in shown(Terminal(), MUCH_BYTES)


def test_findings_go_where_they_would_without_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    bar = Terminal()
    with progress(bar, MUCH_BYTES, beside=sys.stdout):
        print("a.log:1:1: jwt")
    assert capsys.readouterr().out == "a.log:1:1: jwt\n"
    assert "a.log" not in bar.getvalue()


def test_on_a_terminal_a_finding_stands_above_the_bar_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal, line = Terminal(), f"{'folder ' * 40}/a.log:1:1: jwt"
    monkeypatch.setattr(sys, "stdout", terminal)
    with progress(terminal, MUCH_BYTES, beside=sys.stdout):
        print(line)
    assert f"\r\x1b[2K{line}\n" in terminal.getvalue()
