"""What the configuration asks the disk."""

from pathlib import Path

import pytest

from gateway.config.files import DISK
from gateway.config.problem import Unfit
from gateway.config.secret import SecretFile


def test_a_folder_gives_its_policy_files_by_name(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", ".hidden.yaml", "notes.txt"):
        (tmp_path / name).write_text("policies: {}")
    (tmp_path / "folder.yaml").mkdir()
    assert [path.name for path in DISK.names(tmp_path).values()] == ["a.yaml", "b.yml"]


def test_a_file_gives_itself_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "team").write_text("policies: {}")
    assert list(DISK.names(tmp_path / "team").values()) == [tmp_path / "team"]


def test_a_link_is_known_by_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("policies: {}")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert list(DISK.names(tmp_path / "link.yaml")) == [str((tmp_path / "real.yaml").resolve())]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="no such file"):
        DISK.names(tmp_path / "absent")


def test_files_and_secrets_are_read(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"text\n")
    assert DISK.read(tmp_path / "one") == b"text\n"
    assert DISK.secret(SecretFile(tmp_path / "one")) == b"text"
