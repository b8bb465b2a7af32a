"""Are the locks what pyproject.toml asks for, whole, and good for every platform of the image?"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.wire.components import REPOSITORY

pytestmark = pytest.mark.wire

LOCKS = ["requirements.lock", "tools.lock"]
MACHINES = ["x86_64", "aarch64"]
GLIBC = [17, 28, 34]
"""Minor versions that wheels are made for; Debian 13 has 2.41 (PEP 600)."""
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


@pytest.fixture(scope="module", params=MACHINES)
def chosen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What pip would install of requirements.lock on such a machine, by the index's own word."""
    machine: str = request.param
    folder = tmp_path_factory.mktemp(machine)
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC]
    where = ["--target", str(folder / "target"), "--implementation=cp", "--python-version=3.13", *platforms]
    how = ["--dry-run", "--ignore-installed", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    report = folder / "report.json"
    _pip("install", *how, *where, "--report", str(report), "-r", str(REPOSITORY / "image/requirements.lock"))
    installed = json.loads(report.read_text())["install"]
    return {"machine": machine, "installed": {_name(one): one for one in installed}}


def test_the_locks_are_what_the_project_asks_for(tmp_path: Path) -> None:
    """`image/lock`, which keeps the versions that are still allowed, has nothing to change."""
    again = tmp_path / "image"
    again.mkdir()
    for name in ("lock", *LOCKS):
        (again / name).write_bytes((REPOSITORY / "image" / name).read_bytes())
    (again / "lock").chmod(0o755)
    (tmp_path / "pyproject.toml").write_bytes((REPOSITORY / "pyproject.toml").read_bytes())
    (tmp_path / "gateway").symlink_to(REPOSITORY / "gateway")
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    subprocess.run([again / "lock"], check=True, timeout=240)
    for lock in LOCKS:
        assert (again / lock).read_text() == (REPOSITORY / "image" / lock).read_text()


def test_every_platform_has_a_wheel_of_a_locked_hash(chosen: dict[str, Any]) -> None:
    files = {one["download_info"]["url"].rpartition("/")[2] for one in chosen["installed"].values()}
    assert len(files) == len(_locked("requirements.lock"))
    assert [name for name in files if not name.endswith((f"_{chosen['machine']}.whl", "-any.whl"))] == []


def test_what_is_locked_is_whole_and_nothing_more(chosen: dict[str, Any]) -> None:
    """From what the gateway asks for, with its extras, each distribution is reached, in a fitting version."""
    installed: dict[str, Any] = chosen["installed"]
    extras = PROJECT["project"]["optional-dependencies"]
    asked_for = (*PROJECT["project"]["dependencies"], *extras["grpc"], *extras["leaks"])
    waiting = [Requirement(text) for text in asked_for]
    environment = {"platform_machine": chosen["machine"], "python_version": "3.13", "extra": ""}
    reached: set[str] = set()
    while waiting:
        asked = waiting.pop()
        if asked.marker is not None and not asked.marker.evaluate(environment):
            continue
        name = canonicalize_name(asked.name)
        assert Version(installed[name]["metadata"]["version"]) in asked.specifier
        if name not in reached:
            waiting += map(Requirement, installed[name]["metadata"].get("requires_dist", ()))
        reached.add(name)
    assert reached == set(installed)


def test_what_builds_the_wheel_is_among_the_locked_tools() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(PROJECT["dependency-groups"]["image"])


def test_the_locks_name_no_index() -> None:
    assert [lock for lock in LOCKS if "://" in (REPOSITORY / "image" / lock).read_text()] == []


# --- private ---


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True, timeout=240)


def _name(install: dict[str, Any]) -> str:
    return canonicalize_name(install["metadata"]["name"])


def _locked(lock: str) -> list[str]:
    lines = (REPOSITORY / "image" / lock).read_text().splitlines()
    return [line.partition("==")[0] for line in lines if "==" in line]
