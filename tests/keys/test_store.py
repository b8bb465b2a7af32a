"""Can every keyring that a store gives sign, and is the operator told why where there is none?"""

from pathlib import Path

import pytest

from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.memory import MemoryStore
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.store import KeyStore, open_keyring
from gateway.keys.stored_key import KeyState
from tests.keys.layouts import clock, lay_out, some_key


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("kind", ["memory", "directory"])
def test_a_store_that_makes_keys_signs_at_once(tmp_path: Path, kind: str, algorithm: Algorithm) -> None:
    store = MemoryStore() if kind == "memory" else DirectoryStore(path=tmp_path / "keys")
    signer = open_keyring(store, algorithm=algorithm, clock=clock).signer()
    assert signer is not None
    assert signer.algorithm == algorithm


def test_replicas_with_a_shared_directory_publish_the_same_bytes(tmp_path: Path) -> None:
    own = open_keyring(DirectoryStore(path=tmp_path / "keys"), algorithm="ES256", clock=clock)
    shared = open_keyring(SharedStore(path=tmp_path / "keys"), algorithm="ES256", clock=clock)
    assert shared.jwks() == own.jwks()
    assert shared.signer() == own.signer()


def test_keys_of_other_algorithms_and_states_are_published_too(tmp_path: Path) -> None:
    keys = [some_key(), some_key("EdDSA"), some_key()]
    states = [KeyState.ACTIVE, KeyState.ACTIVE, KeyState.PENDING]
    lay_out(tmp_path / "keys", *zip(keys, states, strict=True))
    ring = open_keyring(DirectoryStore(path=tmp_path / "keys"), algorithm="ES256", clock=clock)
    assert ring.signer() == keys[0]
    assert {published.kid for published in ring.public_keys()} == {key.kid for key in keys}


@pytest.mark.parametrize(
    ("kind", "state", "fix"),
    [
        (DirectoryStore, KeyState.ACTIVE, "set downstream.algorithm to EdDSA, or name an empty directory"),
        (
            DirectoryStore,
            KeyState.RETIRING,
            "set downstream.algorithm to that of an active key, or name an empty directory",
        ),
        (
            SharedStore,
            KeyState.ACTIVE,
            "set downstream.algorithm to EdDSA, or list an active ES256 key",
        ),
    ],
)
def test_without_an_active_key_of_the_algorithm_there_is_no_keyring(
    tmp_path: Path, kind: type[DirectoryStore | SharedStore], state: KeyState, fix: str
) -> None:
    lay_out(tmp_path / "keys", (some_key("EdDSA"), state), (some_key(), KeyState.PENDING))
    store: KeyStore = kind(path=tmp_path / "keys")
    with pytest.raises(KeyStoreError) as caught:
        open_keyring(store, algorithm="ES256", clock=clock)
    assert caught.value.path == tmp_path / "keys" / "keys.json"
    assert caught.value.what == "lists no active ES256 key"
    assert caught.value.fix == fix


def test_two_active_keys_of_the_algorithm_are_refused(tmp_path: Path) -> None:
    lay_out(tmp_path / "keys", (some_key(), KeyState.ACTIVE), (some_key(), KeyState.ACTIVE))
    with pytest.raises(KeyStoreError, match="lists 2 active ES256 keys") as caught:
        open_keyring(SharedStore(path=tmp_path / "keys"), algorithm="ES256", clock=clock)
    assert caught.value.fix == "set the state of all but one to `retiring`"
