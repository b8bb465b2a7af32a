"""Keys of files and of our own directory; whatever is not there is not at hand."""

from pathlib import Path

import pytest

from gateway.cli import main
from gateway.config.compile import load_world
from gateway.leaks.keys_at_hand import keys_at_hand
from tests import builders as b
from tests.cli.configuration import configuration, with_store, write


def test_an_issuers_file(tmp_path: Path) -> None:
    (tmp_path / "corp.json").write_bytes(b.jwks(b.KEY))
    changed = configuration()
    changed["issuers"]["corp"]["jwks_file"] = "corp.json"
    world = load_world(write(tmp_path, changed))
    found = keys_at_hand(world)
    assert found.of_issuers["corp"].knows(b.KEY.kid)
    assert found.ours is None
    for broken in (b"not json", b"{}"):
        (tmp_path / "corp.json").write_bytes(broken)
        assert keys_at_hand(world).of_issuers == {}
    (tmp_path / "corp.json").unlink()
    assert keys_at_hand(world).of_issuers == {}


def test_an_issuer_that_would_have_to_be_asked_is_not_at_hand(tmp_path: Path) -> None:
    assert keys_at_hand(load_world(write(tmp_path, configuration()))).of_issuers == {}


@pytest.mark.parametrize("store", ["directory", "shared"])
def test_our_own_keys_are_read_and_never_made(tmp_path: Path, store: str) -> None:
    file = with_store(tmp_path, store=store, path="keys/")
    assert keys_at_hand(load_world(file)).ours is None
    assert not (tmp_path / "keys").exists()
    made = with_store(tmp_path, store="directory", path="keys/")
    assert main(["keys", "init", "-c", str(made)]) == 0
    file = with_store(tmp_path, store=store, path="keys/")
    ours = keys_at_hand(load_world(file)).ours
    (kid,) = (path.stem for path in (tmp_path / "keys").glob("*.pem"))
    assert ours is not None
    assert [key.kid for key in ours.keys] == [kid]
