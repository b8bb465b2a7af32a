"""Our own keys, and their pages."""

from pathlib import Path

import pytest

from gateway.app.custody import open_custody, open_keyring
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from tests.app.process import served, with_keys
from tests.cli.configuration import write


def test_a_keyring_is_opened_for_each_store(tmp_path: Path) -> None:
    memory = open_keyring(load_world(write(tmp_path, served())))
    assert memory.signer() is not None
    made = write(tmp_path, with_keys({"store": "directory", "path": "keys"}), "made.yaml")
    shared = write(tmp_path, with_keys({"store": "shared", "path": "keys"}), "shared.yaml")
    kids = [
        [key.kid for key in open_keyring(load_world(file)).public_keys()] for file in (made, made, shared)
    ]
    assert kids[0] == kids[1] == kids[2] != []


def test_a_store_that_cannot_be_used_is_a_mistake_of_configuration(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, with_keys({"store": "shared", "path": "keys"})))
    with pytest.raises(ConfigError) as caught:
        open_keyring(world)
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "keys")
    assert problem.path == "downstream.keys"


def test_what_was_loaded_is_what_signs(tmp_path: Path) -> None:
    custody = open_custody(load_world(write(tmp_path, served())))
    (stored,) = custody.stored
    signer = custody.signer()
    assert signer is not None
    assert stored.key.kid == signer.kid == custody.keyring.public_keys()[0].kid
