"""Are files whole, private, and first come first served?"""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gateway.keys import durable


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_a_file_is_private_whatever_the_umask_and_nothing_else_remains(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        durable.write(tmp_path / "a", b"one")
        assert durable.write_first(tmp_path / "b", b"two")
    finally:
        os.umask(before)
    assert names(tmp_path) == {"a", "b"}
    for name, content in (("a", b"one"), ("b", b"two")):
        assert (tmp_path / name).read_bytes() == content
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_write_replaces_and_write_first_does_not(tmp_path: Path) -> None:
    durable.write(tmp_path / "a", b"one")
    durable.write(tmp_path / "a", b"two")
    assert not durable.write_first(tmp_path / "a", b"three")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == {"a"}


def test_of_many_at_once_one_is_first(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def write(content: bytes) -> bool:
        barrier.wait()
        return durable.write_first(tmp_path / "a", content)

    contents = [b"%d" % number * 1000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(write, contents))
    assert sum(first) == 1
    assert (tmp_path / "a").read_bytes() == contents[first.index(True)]
    assert names(tmp_path) == {"a"}


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        durable.write(tmp_path / "a", b"one")
    with pytest.raises(FileNotFoundError):
        durable.write(tmp_path / "missing" / "b", b"one")
    assert names(tmp_path) == {"a"}
