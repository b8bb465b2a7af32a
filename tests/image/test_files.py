"""Is in the image what the gateway needs, and nothing else?"""

import csv
import os
import stat
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

import pytest

from image.finish import BILL, COMMAND, PACKAGES
from tests.wire.components import REPOSITORY

pytestmark = pytest.mark.wire

OURS_MB: Final = 90
"""The budget for what we add. The base has about 60."""


@pytest.fixture(scope="module")
def installed(layer: Path) -> list[Distribution]:
    return list(distributions(path=[str(layer / PACKAGES)]))


def test_there_are_packages_a_command_and_a_bill(layer: Path) -> None:
    folders = [PACKAGES, COMMAND.parent, BILL.parent]
    files = [path.relative_to(layer) for path in layer.rglob("*") if not path.is_dir()]
    elsewhere = [str(path) for path in files if PACKAGES not in path.parents]
    assert sorted(elsewhere) == sorted([str(COMMAND), str(BILL)])
    assert all((layer / folder).is_dir() for folder in folders)


def test_every_file_of_every_distribution_is_there(layer: Path, installed: list[Distribution]) -> None:
    """As it was published, by RECORD; but for commands, of which the build's interpreter would be asked."""
    changed = []
    for distribution in installed:
        for name, said, _ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
            if said and not name.startswith("../../bin/"):
                content = (layer / PACKAGES / name).read_bytes()
                digest = urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
                changed += [] if said == f"sha256={digest}" else [name]
    assert changed == []


def test_every_file_of_the_gateway_is_there(layer: Path) -> None:
    assert _files(layer / PACKAGES / "gateway") == _files(REPOSITORY / "gateway")


def test_every_module_has_bytecode_that_is_not_compared_with_it(layer: Path) -> None:
    """PEP 552: bit 0 of the flags says that a hash is there, bit 1 that it is looked at."""
    for source in (layer / PACKAGES).rglob("*.py"):
        bytecode = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert bytecode.read_bytes()[4:8] == b"\x01\x00\x00\x00", source


def test_neither_tools_nor_tests_nor_keys_are_there(layer: Path, installed: list[Distribution]) -> None:
    tools = {"pip", "setuptools", "wheel", "hatchling", "cyclonedx-python-lib", "uv", "pytest"}
    assert {distribution.name.lower() for distribution in installed} & tools == set()
    folders = {path.relative_to(layer) for path in layer.rglob("*") if path.is_dir()}
    assert {one for one in folders if one.name in ("tests", "test", "bin")} == {COMMAND.parent}
    assert list(layer.rglob("*.pem")) == []


def test_no_file_gives_a_right_or_may_be_changed(image: Path) -> None:
    """No set-user-ID, no set-group-ID, no capability of a file; nobody but root may write."""
    for path in image.rglob("*"):
        held = path.lstat()
        if stat.S_ISREG(held.st_mode):
            assert held.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH) == 0, path
            assert "security.capability" not in os.listxattr(path), path
    for path in (image / "usr/local").rglob("*"):
        held = path.lstat()
        assert (held.st_uid, held.st_gid) == (0, 0), path
        assert held.st_mode & 0o6026 == 0o004, path


def test_there_is_no_shell_and_no_package_manager(image: Path) -> None:
    folders = [image / folder for folder in ("usr/bin", "usr/sbin", "usr/local/bin")]
    programs = {path.name for folder in folders for path in folder.iterdir()}
    assert programs & {"sh", "bash", "dash", "busybox", "apt", "dpkg", "pip", "gcc", "cc", "curl"} == set()
    assert {"python3.13", "gateway"} <= programs


def test_it_stays_within_its_size(layer: Path) -> None:
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < OURS_MB * 1_000_000


# --- private ---


def _files(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
