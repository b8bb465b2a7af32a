import inspect
import os
import socket
import sys
from pathlib import Path

import pytest

from gateway.leaks.files import Readable, Unreadable, chunks, files, why


def test_a_folder_is_all_that_is_in_it(tmp_path: Path) -> None:
    for name in ("b.log", "a.bin", ".hidden", "sub/c.gz", "sub/.git/d"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")
    found = list(files([str(tmp_path)]))
    assert [one.name.removeprefix(f"{tmp_path}/") for one in found] == [
        ".hidden",
        "a.bin",
        "b.log",
        "sub/.git/d",
        "sub/c.gz",
    ]
    assert all(isinstance(one, Readable) and one.size == 5 for one in found)


def test_links_are_followed_and_no_folder_is_read_twice(tmp_path: Path) -> None:
    (tmp_path / "pods").mkdir()
    (tmp_path / "pods" / "a.log").write_bytes(b"a")
    (tmp_path / "containers").mkdir()
    (tmp_path / "containers" / "link.log").symlink_to(tmp_path / "pods" / "a.log")
    (tmp_path / "pods" / "again").symlink_to(tmp_path)
    names = [one.name for one in files([str(tmp_path)])]
    assert names == [f"{tmp_path}/containers/link.log", f"{tmp_path}/pods/a.log"]


def test_a_file_that_is_named_as_stdin_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-").write_bytes(b"in it")
    (tmp_path / "other").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert list(files(["."])) == [Readable("./-", 5), Readable("other", 0)]
    assert list(chunks("./-")) == [b"in it"]


def test_folders_may_lie_deeper_in_each_other_than_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(*["d"] * 300)
    folder.mkdir(parents=True)
    (folder / "a.log").write_bytes(b"12345")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(context=0)) + 200)  # so that few folders are deep
    try:
        found = list(files(["d"]))
    finally:
        sys.setrecursionlimit(before)
    assert found == [Readable(f"{folder}/a.log", 5)]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "b")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "c"))
        (tmp_path / "d").write_bytes(b"x")
        found = list(files([str(tmp_path), str(tmp_path / "none")]))
    assert [type(one) for one in found] == [Unreadable, Unreadable, Unreadable, Readable, Unreadable]
    assert [one.why for one in found if isinstance(one, Unreadable)] == [
        "cannot be read: no such file or directory", "is no regular file", "is no regular file",
        "cannot be read: no such file or directory",
    ]  # fmt: skip


def test_a_pipe_that_is_asked_for_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert list(files([str(tmp_path / "pipe"), "-"])) == [
        Readable(str(tmp_path / "pipe"), 0),
        Readable("-", 0),
    ]


def test_chunks_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * 600_000)
    sizes: list[int] = []
    assert b"".join(chunks(str(file), sizes.append)) == b"x" * 600_000
    assert sum(sizes) == 600_000
    assert len(sizes) == 3


def test_why_is_a_sentence_without_the_name() -> None:
    assert (
        why(PermissionError(13, "Permission denied", "/secret/name")) == "cannot be read: permission denied"
    )
    with pytest.raises(FileNotFoundError):
        list(chunks("/nowhere/at/all"))
