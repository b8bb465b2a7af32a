import gzip
import os
from pathlib import Path

import pytest

from gateway.leaks.follow import EVERY_S, Ended, Followed


def new(followed: Followed) -> list[bytes | Ended]:
    return list(followed.new())


def add(file: Path, text: bytes) -> None:
    with file.open("ab") as stream:
        stream.write(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def test_what_is_added_is_given_once(log: Path) -> None:
    followed = Followed(str(log))
    assert new(followed) == []
    assert not followed.is_there
    add(log, b"one\n")
    assert new(followed) == [b"one\n"]
    assert followed.is_there
    assert new(followed) == []
    add(log, b"two\n")
    assert new(followed) == [b"two\n"]
    followed.close()


def test_renamed_and_made_anew(log: Path) -> None:
    followed = Followed(str(log))
    add(log, b"one\n")
    assert new(followed) == [b"one\n"]
    log.rename(log.with_suffix(".1"))
    add(log.with_suffix(".1"), b"late\n")
    assert new(followed) == [b"late\n"]  # while nothing has its name
    add(log.with_suffix(".1"), b"later\n")
    add(log, b"new\n")
    assert new(followed) == [b"later\n", Ended(), b"new\n"]
    followed.close()


def test_replaced_by_another_of_the_same_size(log: Path) -> None:
    followed = Followed(str(log))
    add(log, b"one\n")
    assert new(followed) == [b"one\n"]
    other = log.with_suffix(".new")
    add(other, b"two\n")
    other.rename(log)
    assert new(followed) == [Ended(), b"two\n"]
    followed.close()


def test_cut_short_in_its_place(log: Path) -> None:
    followed = Followed(str(log))
    add(log, b"one\ntwo\n")
    assert new(followed) == [b"one\ntwo\n"]
    log.write_bytes(b"new\n")
    assert new(followed) == [Ended(), b"new\n"]
    followed.close()


def test_what_nothing_would_be_found_in_is_an_error_until_another_has_its_name(log: Path) -> None:
    for octets in (gzip.compress(b"one\n"), "one\n".encode("utf-16")):
        followed = Followed(str(log))
        add(log, octets[:1])
        assert new(followed) == [octets[:1]]  # it may be anything
        add(log, octets[1:])
        for _ in range(2):
            with pytest.raises(OSError, match="in which nothing would be found"):
                new(followed)
        log.unlink()
        add(log, b"two\n")
        assert new(followed) == [b"two\n"]
        followed.close()
        log.unlink()


def test_what_is_there_and_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, b"one\n")
    for name in (tmp_path, pipe):
        followed = Followed(str(name))
        for _ in range(2):
            with pytest.raises(OSError, match="it is no regular file"):
                new(followed)
        followed.close()
    assert os.read(writer, 9) == b"one\n"
    os.close(writer)
    assert 0 < EVERY_S < 1
