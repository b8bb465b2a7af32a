"""A small file: its content now, and nothing that only looks like one."""

import os
from pathlib import Path

import pytest

from gateway.sources.regular_file import read_regular_file


def test_a_file_of_the_largest_size_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 10)
    assert read_regular_file(str(path), 10) == b"x" * 10
    with pytest.raises(ValueError, match="larger than it may be"):
        read_regular_file(str(path), 9)


def test_a_link_is_followed_wherever_it_leads_now(tmp_path: Path) -> None:
    link = tmp_path / "link"
    for name in ("first", "second"):
        (tmp_path / name).write_text(name)
        swap = tmp_path / "swap"
        swap.symlink_to(name)
        swap.rename(link)
        assert read_regular_file(str(link), 10) == name.encode()


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        read_regular_file(str(tmp_path / "pipe"), 10)
    with pytest.raises((ValueError, OSError)):
        read_regular_file(str(tmp_path), 10)
    with pytest.raises(OSError, match="No such file"):
        read_regular_file(str(tmp_path / "nothing"), 10)
