"""Are files whole and private?"""

import os
import stat
from pathlib import Path

import pytest

from gateway.keys import durable
from gateway.keys.lock import lock


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_a_file_is_private_whatever_the_umask_and_nothing_else_remains(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        durable.write(tmp_path / "a", b"one")
        durable.write(tmp_path / "b", b"two")
    finally:
        os.umask(before)
    assert names(tmp_path) == {"a", "b"}
    for name, content in (("a", b"one"), ("b", b"two")):
        assert (tmp_path / name).read_bytes() == content
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_what_root_writes_belongs_to_whom_the_directory_belongs_to(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65533)
    durable.write(tmp_path / "a", b"one")
    with lock(tmp_path):
        pass
    owner = (tmp_path.stat().st_uid, tmp_path.stat().st_gid)
    assert {(path.stat().st_uid, path.stat().st_gid) for path in tmp_path.iterdir()} == {owner}


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    durable.write(tmp_path / "a", b"one")
    durable.write(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == {"a"}


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inside").touch()
    with pytest.raises(OSError, match="directory"):
        durable.write(tmp_path / "a", b"one")
    with pytest.raises(FileNotFoundError):
        durable.write(tmp_path / "missing" / "b", b"one")
    assert names(tmp_path) == {"a"}


def test_a_file_may_be_like_the_one_that_was_there(tmp_path: Path) -> None:
    (file := tmp_path / "a").write_bytes(b"one")
    file.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(file, 4711, 4712)
    before = file.stat()
    durable.write(file, b"two", like=before)
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert file.read_bytes() == b"two"
