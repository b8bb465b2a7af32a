import io

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


def test_a_bar_shows_how_much_of_all(monkeypatch: object) -> None:
    import os  # noqa: PLC0415

    before = os.environ.get("TERM")
    os.environ["TERM"] = "xterm"
    try:
        text = shown(Terminal(), MUCH_BYTES)
    finally:
        os.environ.pop("TERM") if before is None else os.environ.update(TERM=before)
    assert "33.6/33.6 MB" in text
