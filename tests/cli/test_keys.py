"""`gateway keys list`: the public half of each key of each store, and what becomes of it."""

import stat
from pathlib import Path

import pytest

from gateway.keys.directory import DirectoryStore
from gateway.keys.stored_key import KeyState, StoredKey
from tests import builders as b
from tests.cli.configuration import Run, SetClock, with_store
from tests.keys.layouts import lay_out, some_key

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def stored(tmp_path: Path) -> StoredKey:
    store = DirectoryStore(path=tmp_path / "keys")
    (key,) = store.load(algorithm="ES256", clock=lambda: b.NOW)
    return key


def test_a_store_in_memory_has_nothing_to_list(gateway: Run, config: Path) -> None:
    ran = gateway("keys", "list", "-c", config)
    assert (ran.code, ran.out) == (0, "no keys here: this store is in the memory of `gateway serve`\n")
    assert gateway("keys", "list", "-c", config, "--json").document["keys"] == []


def test_listing_makes_no_key(gateway: Run, tmp_path: Path) -> None:
    ran = gateway("keys", "list", "-c", with_store(tmp_path, store="directory", path="keys"))
    assert ran.code == 0
    assert ran.out.startswith("no keys yet")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("store", ["directory", "shared"])
def test_the_keys_of_a_directory(gateway: Run, tmp_path: Path, stored: StoredKey, store: str) -> None:
    file = with_store(tmp_path, store=store, path="keys")
    ran = gateway("keys", "list", "-c", file)
    assert ran.code == 0
    line = f"{stored.key.kid}  ES256  active    since 2027-01-15T08:00:00Z  signs"
    coming = "; successor is published 2027-01-22T07:53:30Z" if store == "directory" else ""
    assert ran.out == f"{line}{coming}\n"
    document = gateway("keys", "list", "-c", file, "--json").document
    assert document["keys"] == [
        {
            "kid": stored.key.kid,
            "algorithm": "ES256",
            "state": "active",
            "created_at": "2027-01-15T08:00:00Z",
            "since": "2027-01-15T08:00:00Z",
            "signs": True,
            "next": {"step": "successor is published", "at": "2027-01-22T07:53:30Z"}
            if store == "directory"
            else None,
        }
    ]


def test_what_comes_next_and_when(gateway: Run, tmp_path: Path, at: SetClock) -> None:
    keys = {state: some_key() for state in KeyState}
    lay_out(tmp_path / "keys", *((key, state) for state, key in keys.items()))
    file = with_store(tmp_path, store="directory", path="keys", rotate_every="1d")
    lines = gateway("keys", "list", "-c", file).out.splitlines()
    assert lines == sorted(
        f"{keys[state].kid}  ES256  {state:8}  since 2027-01-15T08:00:00Z  {rest}"
        for state, rest in (
            (KeyState.PENDING, "published; signs 2027-01-15T08:06:30Z"),
            (KeyState.ACTIVE, "signs; retires 2027-01-15T08:06:30Z"),
            (KeyState.RETIRING, "published; is gone 2027-01-15T08:07:30Z"),
        )
    )
    at(b.NOW + 420)
    overdue = [line.partition("; ")[2] for line in gateway("keys", "list", "-c", file).out.splitlines()]
    assert sorted(overdue) == [
        "is gone 2027-01-15T08:07:30Z",
        "retires as soon as a gateway looks",
        "signs as soon as a gateway looks",
    ]


def test_no_key_material_is_printed(gateway: Run, tmp_path: Path, stored: StoredKey) -> None:
    file = with_store(tmp_path, store="directory", path="keys")
    ran = gateway("keys", "list", "-c", file, "--json")
    body = "".join(stored.key.to_pem().decode().splitlines()[1:-1])
    assert body[10:40] not in ran.out
    assert "PRIVATE" not in ran.out


def test_a_shared_store_that_is_not_there_is_exit_78(gateway: Run, tmp_path: Path) -> None:
    ran = gateway("keys", "list", "-c", with_store(tmp_path, store="shared", path="keys"))
    assert (ran.code, ran.out) == (78, "")
    assert "keys" in ran.err


def test_keys_that_others_can_read_are_exit_78(gateway: Run, tmp_path: Path, stored: StoredKey) -> None:
    pem = tmp_path / "keys" / f"{stored.key.kid}.pem"
    pem.chmod(pem.stat().st_mode | stat.S_IROTH)
    ran = gateway("keys", "list", "-c", with_store(tmp_path, store="directory", path="keys"), "--json")
    assert ran.code == 78
    (problem,) = ran.document["problems"]
    assert problem["file"] == str(pem)
    assert "chmod 600" in problem["fix"]
