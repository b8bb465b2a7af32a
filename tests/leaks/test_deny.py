"""The file itself: whole or not at all, one writer at a time, as it was beside what is added."""

import errno
import fcntl
import os
import stat
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.problem import ConfigError
from gateway.config.revocations import MAX_ENTRIES
from gateway.config.world import RevocationFile
from gateway.leaks import deny as writing
from gateway.leaks.deny import NotWritten, deny, read_list
from gateway.leaks.deny_entry import DenyEntry
from tests import builders as b

TEXT = "# ours\nrevoked:\n  - {issuer: corp, jti: a} # since May\n"
ONE = DenyEntry(fingerprint="tfp1_abcdefghijklmnop", until="2037-01-01T00:00:00Z")
JTI = DenyEntry(issuer="corp", jti="b", why="found")


def listed(path: Path, text: str | bytes = TEXT) -> RevocationFile:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return RevocationFile(path=str(path), issuer_ids=frozenset({"corp"}), fingerprint=b.FINGERPRINTS.token)


def test_entries_are_added_and_the_rest_stays(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    outcome = deny([ONE, JTI, ONE], file, now=b.NOW)
    assert (outcome.added, outcome.already) == ((ONE, JTI), ())
    assert path.read_text() == f"{TEXT}  - {ONE.as_yaml()}\n  - {JTI.as_yaml()}\n"
    revocations = read_list(file, now=b.NOW).revocations
    assert revocations.fingerprints == {ONE.fingerprint}
    assert revocations.jtis == {("corp", "a"), ("corp", "b")}
    assert [one.name for one in tmp_path.iterdir()] == ["revoked.yaml"]


def test_what_is_on_the_list_is_not_written_again(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    deny([ONE], file, now=b.NOW)
    before = path.stat()
    outcome = deny([ONE, DenyEntry(issuer="corp", jti="a")], file, now=b.NOW)
    assert (outcome.added, len(outcome.already)) == ((), 2)
    assert path.stat() == before


def test_what_is_on_the_list_for_too_short_a_time_is_written_again(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    short = replace(ONE, until="2036-12-31T23:59:59Z")
    assert deny([short], file, now=b.NOW).added == (short,)
    assert deny([ONE], file, now=b.NOW).added == (ONE,)
    assert deny([short, ONE, replace(ONE, until=None)], file, now=b.NOW).added == ()
    assert path.read_text() == f"{TEXT}  - {short.as_yaml()}\n  - {ONE.as_yaml()}\n"


def test_an_entry_that_has_ended_is_no_entry(tmp_path: Path) -> None:
    file = listed(tmp_path / "revoked.yaml")
    until = "2001-01-01T00:00:00Z"
    for ended in (
        DenyEntry(issuer="corp", jti="c", until=until),
        DenyEntry(fingerprint="tfp1_abcdefghijklmnop", until=until),
    ):
        with pytest.raises(NotWritten, match="would not say what it should"):
            deny([ended], file, now=b.NOW)


@pytest.mark.parametrize("lost", ["{issuer: corp, subject: bob}", "{issuer: corp, kid: k}"])
def test_a_list_that_would_name_less_than_before_is_not_written(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = listed(path := tmp_path / "revoked.yaml", f"{TEXT}  - {lost}\n")
    before = path.read_bytes()
    monkeypatch.setattr(writing, "with_entries", lambda *_: f"{TEXT}  - {ONE.as_yaml()}\n")
    with pytest.raises(NotWritten, match="would not say what it should"):
        deny([ONE], file, now=b.NOW)
    assert path.read_bytes() == before


def test_the_file_keeps_its_mode_and_owner(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 4711, 4712)
    before = path.stat()
    deny([ONE], file, now=b.NOW)
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    listed(target := tmp_path / "elsewhere" / "list.yaml")
    (link := tmp_path / "revoked.yaml").symlink_to(target)
    file = RevocationFile(path=str(link), issuer_ids=frozenset({"corp"}), fingerprint=b.FINGERPRINTS.token)
    deny([ONE], file, now=b.NOW)
    assert link.is_symlink()
    assert ONE.as_yaml() in target.read_text()


@pytest.mark.parametrize("text", ["", "revoked: 7\n", "revoked:\n  - {jti: x}\n", b"\xff", "revoked: [\n"])
def test_a_broken_list_is_refused_and_not_made_worse(tmp_path: Path, text: str | bytes) -> None:
    file = listed(path := tmp_path / "revoked.yaml", text)
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        deny([ONE], file, now=b.NOW)
    assert path.read_bytes() == before


def test_a_missing_list_is_not_made(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    path.unlink()
    with pytest.raises(ConfigError, match="is missing"):
        deny([ONE], file, now=b.NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_fingerprint_without_a_key_is_refused(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    keyless = RevocationFile(path=file.path, issuer_ids=file.issuer_ids)
    with pytest.raises(ConfigError, match=r"audit\.fingerprint_key"):
        deny([ONE], keyless, now=b.NOW)
    assert path.read_text() == TEXT


@pytest.mark.long
def test_a_full_list_is_refused(tmp_path: Path) -> None:
    full = "revoked:\n" + "".join(f"  - {{issuer: corp, jti: n{n}}}\n" for n in range(MAX_ENTRIES))
    file = listed(path := tmp_path / "revoked.yaml", full)
    with pytest.raises(ConfigError, match="more than 50000 entries"):
        deny([ONE], file, now=b.NOW)
    assert path.read_text() == full


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EBUSY, errno.ENOSPC])
def test_where_it_cannot_be_written_the_lines_to_paste_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Such as a ConfigMap, a file that is mounted alone, a full disk: the system's own answers, made here."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    file = listed(path := tmp_path / "revoked.yaml")
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(NotWritten) as caught:
        deny([ONE], file, now=b.NOW)
    assert os.strerror(number) in str(caught.value)
    assert f"  - {ONE.as_yaml()}" in str(caught.value)
    assert path.read_text() == TEXT


@pytest.mark.long
def test_one_writer_at_a_time(tmp_path: Path) -> None:
    file = listed(tmp_path / "revoked.yaml")
    entries = [DenyEntry(issuer="corp", jti=f"t{n}") for n in range(12)]
    how = {"now": b.NOW, "attempts": 1000}  # the last waits for all the others, on whatever disk
    threads = [threading.Thread(target=deny, args=([one], file), kwargs=how) for one in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {jti for _, jti in read_list(file, now=b.NOW).revocations.jtis} == {
        "a",
        *(one.jti for one in entries),
    }


@pytest.mark.long
def test_who_holds_the_lock_for_too_long_is_told_of(tmp_path: Path) -> None:
    file = listed(path := tmp_path / "revoked.yaml")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(NotWritten, match="another process has locked"):
            deny([ONE], file, now=b.NOW, attempts=2)
    finally:
        os.close(descriptor)
    assert path.read_text() == TEXT
    deny([ONE], file, now=b.NOW, attempts=2)
