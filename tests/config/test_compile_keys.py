"""Are the keys where the file says, and is a period that would break verifiers refused with its reason?"""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import DirectoryKeys, KeyStore, MemoryKeys, SharedKeys
from gateway.keys.schedule import MIN_ROTATE_EVERY_S
from tests.config.files import valid, world_of


def key_store(folder: Path, **section: Any) -> KeyStore:
    config = valid()
    config["downstream"]["keys"] = section
    return world_of(folder, config).key_store


def problem(folder: Path, **section: Any) -> Problem:
    with pytest.raises(ConfigError) as caught:
        key_store(folder, **section)
    (found,) = caught.value.problems
    return found


def test_what_makes_its_own_keys_rotates_them_every_week(tmp_path: Path) -> None:
    assert key_store(tmp_path, store="memory") == MemoryKeys(7 * 86400)
    assert key_store(tmp_path, store="directory", path="k") == DirectoryKeys(str(tmp_path / "k"), 7 * 86400)
    assert key_store(tmp_path, store="shared", path="/k") == SharedKeys("/k")


@pytest.mark.parametrize(("duration", "every_s"), [("14m", 840), ("840s", 840), ("1d", 86400)])
def test_another_period(tmp_path: Path, duration: str, every_s: int) -> None:
    assert key_store(tmp_path, store="memory", rotate_every=duration) == MemoryKeys(every_s)
    made = key_store(tmp_path, store="directory", path="/k", rotate_every=duration)
    assert made == DirectoryKeys("/k", every_s)


@pytest.mark.parametrize("section", [{"store": "memory"}, {"store": "directory", "path": "keys"}])
@pytest.mark.parametrize("duration", ["0s", "839s", "13m"])
def test_a_period_shorter_than_the_life_of_a_key_is_refused(
    tmp_path: Path, section: dict[str, str], duration: str
) -> None:
    found = problem(tmp_path, **section, rotate_every=duration)
    assert found.path == "downstream.keys.rotate_every"
    assert found.what == (
        "is shorter than 14m: a key is published 390s before it signs, and 450s after, so that no backend "
        "meets a key that it does not have"
    )
    assert found.fix == "write 14m or more, such as 7d"
    assert MIN_ROTATE_EVERY_S == 14 * 60, "the schema says so as well"


def test_a_shared_store_is_rotated_by_whoever_writes_it(tmp_path: Path) -> None:
    found = problem(tmp_path, store="shared", path="keys", rotate_every="7d")
    assert found.path == "downstream.keys.rotate_every"
    assert found.what.endswith("whoever writes the directory rotates")
    assert found.fix.startswith("remove it")


def test_what_is_no_duration_is_said_as_ever(tmp_path: Path) -> None:
    assert "a duration" in problem(tmp_path, store="memory", rotate_every="weekly").what
