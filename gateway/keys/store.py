"""Where do our keys come from?

A closed set of stores, and the one rule that holds for all of them: exactly one active key of the
configured algorithm.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import assert_never

from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.manifest import FILE_NAME
from gateway.keys.memory import MemoryStore
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import Algorithm
from gateway.keys.stored_key import KeyState, StoredKey

KeyStore = MemoryStore | DirectoryStore | SharedStore


def open_keyring(store: KeyStore, *, algorithm: Algorithm, clock: Callable[[], float]) -> Keyring:
    """Load the keys of a store, made first where the store makes them.

    `clock` gives seconds since the epoch. Blocks on the disk. Raises: KeyStoreError. Never gives a keyring
    that cannot sign.
    """
    return keyring_of(store, store.load(algorithm=algorithm, clock=clock), algorithm=algorithm)


def keyring_of(store: KeyStore, keys: Sequence[StoredKey], *, algorithm: Algorithm) -> Keyring:
    """Make the keyring of keys that a store gave. Raises: KeyStoreError where it could not sign."""
    match store:
        case MemoryStore():
            pass
        case DirectoryStore(path=path):
            fix = f"set downstream.algorithm to {_active(keys)}, or name an empty directory"
            _check(keys, algorithm, path / FILE_NAME, fix)
        case SharedStore(path=path):
            fix = f"set downstream.algorithm to {_active(keys)}, or list an active {algorithm} key"
            _check(keys, algorithm, path / FILE_NAME, fix)
        case _:
            assert_never(store)
    return Keyring(keys, algorithm=algorithm)


# --- private ---


def _active(keys: Sequence[StoredKey]) -> str:
    algorithms = {stored.key.algorithm for stored in keys if stored.state is KeyState.ACTIVE}
    return " or ".join(sorted(algorithms)) or "that of an active key"


def _check(keys: Sequence[StoredKey], algorithm: Algorithm, path: Path, fix: str) -> None:
    active = [stored for stored in keys if stored.state is KeyState.ACTIVE]
    fitting = [stored for stored in active if stored.key.algorithm == algorithm]
    if not fitting:
        raise KeyStoreError(path=path, what=f"lists no active {algorithm} key", fix=fix)
    if len(fitting) > 1:
        what = f"lists {len(fitting)} active {algorithm} keys"
        raise KeyStoreError(path=path, what=what, fix="set the state of all but one to `retiring`")
