"""Is the store that of the configuration, and its failure a mistake of configuration?"""

from pathlib import Path

import pytest

from gateway.app.keys_store import blaming, rotation_of, store_of
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.memory import MemoryStore
from gateway.keys.rotation import Rotation
from gateway.keys.shared import SharedStore
from tests.cli.configuration import with_store

WEEKLY = Rotation(algorithm="ES256", every_s=7 * 86400)


def test_each_store_and_its_rotation(tmp_path: Path) -> None:
    memory, directory, shared = (
        load_world(with_store(tmp_path, **store))
        for store in (
            {"store": "memory", "rotate_every": "1d"},
            {"store": "directory", "path": "keys"},
            {"store": "shared", "path": "keys"},
        )
    )
    assert store_of(memory) == MemoryStore()
    assert rotation_of(memory) == Rotation(algorithm="ES256", every_s=86400)
    assert store_of(directory) == DirectoryStore(path=tmp_path / "keys")
    assert rotation_of(directory) == WEEKLY
    assert store_of(shared) == SharedStore(path=tmp_path / "keys")
    assert rotation_of(shared) is None


def test_a_failure_names_the_file_and_the_fix() -> None:
    with pytest.raises(ConfigError) as caught, blaming():
        raise KeyStoreError(path=Path("keys"), what="is missing", fix="restore it")
    assert str(caught.value) == "keys:1:1 downstream.keys: is missing. Fix: restore it."


def test_what_no_file_names_has_no_line_and_may_pass() -> None:
    with pytest.raises(ConfigError) as caught, blaming(None):
        raise KeyStoreError(path=Path("secret/shop/keys"), what="is away", fix="wait", passes=True)
    assert str(caught.value) == "secret/shop/keys: is away. Fix: wait."
    assert caught.value.passes
