"""Is a change of the directory whole or not at all, whatever happens to the writer?"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import key_path
from gateway.keys.lock import lock
from gateway.keys.rotation import promote, publish
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, lay_out, some_key

FIRST, SECOND = some_key(), some_key()
Keys = tuple[StoredKey, ...]


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    """One active key."""
    lay_out(tmp_path / "keys", (FIRST, KeyState.ACTIVE))
    return DirectoryStore(path=tmp_path / "keys")


def publishing(key: SigningKey) -> Callable[[Keys], Keys]:
    return lambda keys: publish(keys, key, now=NOW)


def without(kid: str) -> Callable[[Keys], Keys]:
    return lambda keys: tuple(one for one in keys if one.key.kid != kid)


def names(store: DirectoryStore) -> set[str]:
    return {path.name for path in store.path.iterdir()}


def files(*keys: SigningKey) -> set[str]:
    return {"keys.json", "keys.lock", *(f"{key.kid}.pem" for key in keys)}


def test_keys_come_change_and_go_with_their_files(store: DirectoryStore) -> None:
    published = store.change(publishing(SECOND))
    assert [one.key for one in published] == [FIRST, SECOND]
    assert store.read() == published
    assert names(store) == files(FIRST, SECOND)
    promoted = store.change(lambda keys: promote(keys, SECOND.kid, now=NOW + 1))
    assert store.read() == promoted
    assert [(one.state, one.since) for one in promoted] == [
        (KeyState.RETIRING, NOW + 1),
        (KeyState.ACTIVE, NOW + 1),
    ]
    left = store.change(without(FIRST.kid))
    assert store.read() == left == promoted[1:]
    assert names(store) == files(SECOND)


def test_where_nothing_changes_nothing_is_written(store: DirectoryStore) -> None:
    before = (store.path / "keys.json").stat()
    assert store.change(lambda keys: keys) == store.read()
    assert (store.path / "keys.json").stat() == before


def test_what_the_dead_left_is_removed_and_nothing_else(store: DirectoryStore) -> None:
    (store.path / ".new-abc").write_text("half")
    key_path(store.path, SECOND.kid).write_bytes(SECOND.to_pem())
    for kept in ("README", "other.pem", f"{SECOND.kid}.pem.bak"):
        (store.path / kept).write_text("a person's")
    store.change(lambda keys: keys)
    assert names(store) == files(FIRST) | {"README", "other.pem", f"{SECOND.kid}.pem.bak"}


def test_what_revise_raises_changes_nothing(store: DirectoryStore) -> None:
    before = store.read()
    with pytest.raises(KeyError):
        store.change(lambda keys: promote(keys, SECOND.kid, now=NOW))
    assert store.read() == before
    assert store.change(publishing(SECOND)) != before  # the lock is free


@pytest.mark.long
def test_writers_wait_for_each_other(store: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last waits for all the others: on a busy disk for longer than one write may take."""
    monkeypatch.setitem(lock.__wrapped__.__kwdefaults__, "attempts", 1000)  # type: ignore[attr-defined]
    more = [some_key() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.change(publishing(key)), more))
    assert {one.key.kid for one in store.read()} == {key.kid for key in (FIRST, *more)}


@pytest.mark.long
def test_readers_never_see_half_a_change(store: DirectoryStore) -> None:
    """A reader may have the old manifest when a key that it lists is removed."""

    def write(_: int) -> None:
        for _ in range(15):
            key = some_key()
            store.change(publishing(key))
            store.change(without(key.kid))

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, 0)
        while not writing.done():
            assert FIRST in [one.key for one in store.read()]
        writing.result()


def test_a_lock_that_nobody_gives_back_is_said(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.keys.lock._PAUSE_S", 0.0)
    with (
        lock(store.path),
        pytest.raises(KeyStoreError, match="has been locked by another process for seconds"),
    ):
        store.change(publishing(SECOND))
    assert len(store.read()) == 1


@pytest.mark.parametrize("limit", [0, 100, 300])
def test_a_full_disk_leaves_the_store_as_it_was(store: DirectoryStore, limit: int) -> None:
    """By the process's own limit, which fails a write as a full disk does: at the first byte, or later."""
    before = store.read()
    soft, hard = getrlimit(RLIMIT_FSIZE)
    for _ in range(3):
        setrlimit(RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(KeyStoreError, match="cannot be made or written"):
                store.change(publishing(some_key()))
        finally:
            setrlimit(RLIMIT_FSIZE, (soft, hard))
        assert store.read() == before
        assert len(names(store) - files(FIRST)) <= 1, "failing again and again leaves no more than one key"
    store.change(publishing(SECOND))
    assert names(store) == files(FIRST, SECOND)


def test_a_full_disk_at_the_first_start_leaves_no_key(tmp_path: Path) -> None:
    store = DirectoryStore(path=tmp_path / "keys")
    store.path.mkdir(mode=0o700)
    soft, hard = getrlimit(RLIMIT_FSIZE)
    pem = len(FIRST.to_pem())
    setrlimit(RLIMIT_FSIZE, (pem + 1, hard))  # the key fits, the manifest does not
    try:
        with pytest.raises(KeyStoreError, match="cannot be made or written"):
            store.load(algorithm="EdDSA", clock=lambda: NOW)
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
    assert names(store) == {"keys.lock"}


def test_a_directory_that_is_gone_is_not_made_again(store: DirectoryStore) -> None:
    shutil.rmtree(store.path)
    for touch in (store.read, lambda: store.change(publishing(SECOND))):
        with pytest.raises(KeyStoreError):
            touch()
    assert not store.path.exists()


def test_keys_that_are_gone_are_not_made_again(store: DirectoryStore) -> None:
    (store.path / "keys.json").unlink()
    for touch in (store.read, lambda: store.change(publishing(SECOND))):
        with pytest.raises(KeyStoreError, match="is missing"):
            touch()
    assert names(store) <= {f"{FIRST.kid}.pem", "keys.lock"}


# --- kill -9 ------------------------------------------------------------------

KILLER = Path(__file__).with_name("killed_writer.py")


@pytest.mark.wire
@pytest.mark.parametrize("change", ["first", "publish", "promote", "remove", "revoke"])
def test_a_writer_that_is_killed_at_any_step_leaves_a_store_that_opens_and_the_next_completes(
    tmp_path: Path, change: str
) -> None:
    # One process forks a writer for each step and kills it there.
    command = [sys.executable, str(KILLER), str(tmp_path), change]
    ran = subprocess.run(
        command, cwd=KILLER.parents[2], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    steps = [line.split() for line in ran.stdout.splitlines()]
    assert len(steps) > 5
    assert {outcome for _, outcome in steps} == {"before", "after"}
    outcomes = [outcome for _, outcome in steps]
    assert outcomes == sorted(outcomes, reverse=True), "once done, done"
    assert os.listdir(tmp_path) != []  # noqa: PTH208
