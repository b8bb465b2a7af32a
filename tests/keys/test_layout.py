"""Is a directory believed only when every file is whole, ours alone, and what its name says?"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import Discretion, key_path, read_keys
from gateway.keys.manifest import render_manifest
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, entry, lay_out, some_key

PRIVATE = Discretion(forbidden_mode=0o077, fix="chmod 600 {}", restore="restore it")


def test_every_listed_key_is_read_in_order_and_no_other(tmp_path: Path) -> None:
    keys = (some_key(), some_key("EdDSA"), some_key())
    lay_out(tmp_path, *zip(keys, KeyState, strict=True))
    key_path(tmp_path, "stray").write_text("not listed, not read")
    assert read_keys(tmp_path, PRIVATE) == tuple(
        StoredKey(key=key, state=state, created_at=NOW) for key, state in zip(keys, KeyState, strict=True)
    )


@pytest.mark.parametrize("bits", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001, 0o066])
@pytest.mark.parametrize("of", ["manifest", "key"])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, bits: int, of: str) -> None:
    key = some_key()
    lay_out(tmp_path, (key, KeyState.ACTIVE))
    path = tmp_path / "keys.json" if of == "manifest" else key_path(tmp_path, key.kid)
    path.chmod(0o600 | bits)
    with pytest.raises(KeyStoreError) as caught:
        read_keys(tmp_path, PRIVATE)
    assert caught.value.path == path
    assert caught.value.what == f"can be used by others (mode {0o600 | bits:04o})"
    assert caught.value.fix == f"chmod 600 {path}"
    path.chmod(0o600)
    assert len(read_keys(tmp_path, PRIVATE)) == 1


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _swapped(path: Path) -> None:
    path.write_bytes(some_key().to_pem())


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _large(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n" * 65_536)


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("spoil", "what", "fix"),
    [
        (Path.unlink, "is missing", "restore it"),
        (_half, "is not a complete PEM private key", "restore it"),
        (_empty, "is not a complete PEM private key", "restore it"),
        (_swapped, "holds another key than its name says", "restore it"),
        (_fifo, "is not a file", "restore it"),
        (_directory, "is not a file", "restore it"),
        (_large, "is larger than 65536 bytes", "restore it"),
        (
            _loop,
            "cannot be read (Too many levels of symbolic links)",
            "let the gateway's user read it",
        ),
    ],
)
def test_a_spoilt_key_file_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], what: str, fix: str
) -> None:
    good, bad = some_key(), some_key()
    lay_out(tmp_path, (good, KeyState.ACTIVE), (bad, KeyState.RETIRING))
    path = key_path(tmp_path, bad.kid)
    spoil(path)
    with pytest.raises(KeyStoreError) as caught:
        read_keys(tmp_path, PRIVATE)
    assert (caught.value.path, caught.value.what, caught.value.fix) == (path, what, fix)


def test_the_manifest_must_be_whole(tmp_path: Path) -> None:
    lay_out(tmp_path, (some_key(), KeyState.ACTIVE))
    _half(tmp_path / "keys.json")
    with pytest.raises(KeyStoreError, match=r"is not complete JSON \(not JSON\)\. Fix: restore it\.$"):
        read_keys(tmp_path, PRIVATE)
    (tmp_path / "keys.json").unlink()
    with pytest.raises(KeyStoreError, match="is missing"):
        read_keys(tmp_path, PRIVATE)


def test_the_algorithm_must_be_that_of_the_key(tmp_path: Path) -> None:
    listed, real = some_key(), some_key("EdDSA")
    lay_out(tmp_path, (real, KeyState.ACTIVE))
    wrong = render_manifest([entry(real)]).replace(b"EdDSA", listed.algorithm.encode())
    (tmp_path / "keys.json").write_bytes(wrong)
    with pytest.raises(KeyStoreError, match=r"is an EdDSA key, and keys\.json says ES256"):
        read_keys(tmp_path, PRIVATE)
