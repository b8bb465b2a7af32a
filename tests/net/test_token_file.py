"""Is a token file read each time, and refused unless it holds exactly one token?"""

from pathlib import Path

import pytest

from gateway.net.token_file import TokenFileUnfit, read_token


def test_white_space_around_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc.def-ghi_\n")
    assert read_token(str(file)) == "abc.def-ghi_"


@pytest.mark.parametrize(
    "content", ["", "\n", "two tokens", "a\r\nX-Evil: 1", "caf\u00e9", "a" * 20_000, "=="]
)
def test_anything_else_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content)
    with pytest.raises(TokenFileUnfit) as caught:
        read_token(str(file))
    assert str(caught.value) == ""


@pytest.mark.parametrize("path", ["missing", "", "a\0b"])
def test_a_missing_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(TokenFileUnfit):
        read_token(str(tmp_path / path) if path != "a\0b" else path)
