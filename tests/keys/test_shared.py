"""Are keys that others keep read as one generation, and never written?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import pytest

from gateway.keys.failure import KeyStoreError
from gateway.keys.manifest import render_manifest
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys import mounts
from tests.keys.layouts import NOW, clock, entry, lay_out, some_key


def load(path: Path) -> tuple[StoredKey, ...]:
    return SharedStore(path=path).load(algorithm="ES256", clock=clock)


def mount(directory: Path, *keys: SigningKey) -> None:
    """Write one version of a Secret with these keys."""
    files = {f"{key.kid}.pem": key.to_pem() for key in keys}
    mounts.mount(directory, files | {"keys.json": render_manifest(map(entry, keys))})


def test_a_mounted_secret_is_read(tmp_path: Path) -> None:
    key = some_key()
    mount(tmp_path / "keys", key)
    (tmp_path / "keys").chmod(0o1777)
    before = sorted(path.name for path in (tmp_path / "keys").rglob("*"))
    assert load(tmp_path / "keys") == (StoredKey(key=key, state=KeyState.ACTIVE, created_at=NOW),)
    assert sorted(path.name for path in (tmp_path / "keys").rglob("*")) == before


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o600, 0o640, 0o660])
def test_the_group_may_read(tmp_path: Path, mode: int) -> None:
    lay_out(tmp_path / "keys", (some_key(), KeyState.ACTIVE), mode=mode)
    assert len(load(tmp_path / "keys")) == 1


@pytest.mark.parametrize("mode", [0o444, 0o644, 0o442, 0o441])
def test_others_may_not(tmp_path: Path, mode: int) -> None:
    lay_out(tmp_path / "keys", (some_key(), KeyState.ACTIVE), mode=mode)
    with pytest.raises(KeyStoreError) as caught:
        load(tmp_path / "keys")
    path = tmp_path / "keys" / "keys.json"
    assert str(caught.value) == (
        f"{path}: can be used by others (mode {mode:04o}). "
        f"Fix: chmod 440 {path}; for a Kubernetes Secret, set `defaultMode: 0440` on the volume."
    )


def test_it_must_exist_and_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match=r"is not a directory\. Fix: mount the Secret"):
        load(tmp_path / "keys")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "keys").mkdir()
    with pytest.raises(KeyStoreError, match=r"keys\.json: is missing\. Fix: write the manifest"):
        load(tmp_path / "keys")
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_missing_key_of_a_secret_is_refused(tmp_path: Path) -> None:
    key = some_key()
    mount(tmp_path / "keys", key)
    (tmp_path / "keys" / "..data" / f"{key.kid}.pem").unlink()
    with pytest.raises(KeyStoreError, match="is missing"):
        load(tmp_path / "keys")


def test_a_generation_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    mount(tmp_path / "keys", some_key())
    rmtree((tmp_path / "keys" / "..data").resolve())
    with pytest.raises(KeyStoreError, match="is missing"):
        load(tmp_path / "keys")


@pytest.mark.long
def test_reading_while_the_kubelet_writes_gives_one_generation(tmp_path: Path) -> None:
    keys = [some_key("EdDSA") for _ in range(3)]
    # Each generation has two keys, and shares one with the next: a mixture would show.
    generations = [(keys[0], keys[1]), (keys[1], keys[2]), (keys[2], keys[0])]
    path = tmp_path / "keys"
    mount(path, *generations[0])
    seen = set()
    with ThreadPoolExecutor(1) as pool:
        for number in range(1, 60):
            # No reading meets more than one new version, however busy this machine is.
            written = pool.submit(mount, path, *generations[number % 3])
            while not written.done():
                seen.add(tuple(stored.key for stored in load(path)))
            written.result()
    assert seen <= set(generations)
    assert len(seen) > 1
