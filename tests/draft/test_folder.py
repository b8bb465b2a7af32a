"""Files come whole, and over nobody's."""

from pathlib import Path

import pytest

from gateway.config.problem import ConfigError
from gateway.draft.folder import FolderInUse, check_folder, checked, lay, move, workshop


def test_a_folder_with_something_in_it_is_refused_unless_asked_for(tmp_path: Path) -> None:
    check_folder(tmp_path / "new", force=False)
    check_folder(tmp_path, force=False)
    (tmp_path / "mine").write_text("x")
    with pytest.raises(FolderInUse, match="--force"):
        check_folder(tmp_path, force=False)
    check_folder(tmp_path, force=True)
    with pytest.raises(FolderInUse, match="no folder"):
        check_folder(tmp_path / "mine", force=True)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderInUse, match="no folder"):
        check_folder(tmp_path / "link", force=True)


def test_files_are_moved_one_by_one_and_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "out"
    with workshop(folder) as place:
        lay({"x/one": "1", "two": "2"}, place)
        move({"x/one": "", "two": ""}, place, folder)
        assert (folder / "x" / "one").read_text() == "1"
    (folder / "mine").write_text("x")
    with workshop(folder) as place:
        lay({"two": "22"}, place)
        move({"two": ""}, place, folder)
    assert {one.name: one.read_text() for one in folder.iterdir() if one.is_file()} == {
        "two": "22",
        "mine": "x",
    }
    assert list(folder.parent.iterdir()) == [folder]


def test_what_does_not_pass_the_check_is_refused(tmp_path: Path) -> None:
    lay({"gateway.yaml": "issuers: {}"}, tmp_path)
    with pytest.raises(ConfigError):
        checked(tmp_path)
