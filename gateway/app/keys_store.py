"""Where are our own keys, how do they follow each other, and what do failures of their store become?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import DirectoryKeys, MemoryKeys, SharedKeys, World
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.memory import MemoryStore
from gateway.keys.rotation import Rotation
from gateway.keys.shared import SharedStore
from gateway.keys.store import KeyStore


def store_of(world: World) -> KeyStore:
    """Give the store of a configuration; nothing is opened yet."""
    match world.key_store:
        case MemoryKeys():
            return MemoryStore()
        case DirectoryKeys(path=path):
            return DirectoryStore(path=Path(path))
        case SharedKeys(path=path):
            return SharedStore(path=Path(path))
        case _:
            assert_never(world.key_store)


def rotation_of(world: World) -> Rotation | None:
    """Give how its keys follow each other; None where whoever writes the directory says so."""
    match world.key_store:
        case MemoryKeys(rotate_every_s=every_s) | DirectoryKeys(rotate_every_s=every_s):
            return Rotation(algorithm=world.signing_algorithm, every_s=every_s)
        case SharedKeys():
            return None
        case _:
            assert_never(world.key_store)


@contextmanager
def blaming(setting: str | None = "downstream.keys") -> Iterator[None]:
    """Tell of a store that cannot be used as of a mistake in the configuration, at this setting of it.

    None where no file names the store.
    """
    try:
        yield
    except KeyStoreError as error:
        line = 0 if setting is None else 1
        problem = Problem(
            file=str(error.path), line=line, column=line, path=setting or "", what=error.what, fix=error.fix
        )
        raise ConfigError([problem], passes=error.passes) from None
