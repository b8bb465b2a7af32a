"""Does every mutant still fit the product? Whether it is caught, `make mutants` says."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.mutants.mutant import Edit, Group, Misfit, apply
from tests.mutants.run import main
from tests.mutants.table import GROUPS

ALL = [(group, mutant) for group in GROUPS for mutant in group.mutants]


def test_there_are_enough() -> None:
    assert len(ALL) >= 40


def test_names_are_unique() -> None:
    names = [mutant.name for _, mutant in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("group", GROUPS, ids=[group.file for group in GROUPS])
def test_the_mutants_of_a_group_fit_the_product_and_compile(group: Group, tmp_path: Path) -> None:
    for mutant in group.mutants:
        edits = list(group.edits(mutant))
        for file in {edit.file for edit in edits}:
            assert file.startswith("gateway/")
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, tmp_path / file)
        for edit in edits:
            assert (ROOT / edit.file).read_text("utf-8").count(edit.find) == 1, mutant.name
            apply(edit, tmp_path)
        for file in {edit.file for edit in edits}:
            compile((tmp_path / file).read_text("utf-8"), f"{mutant.name}: {file}", "exec")


def test_the_tests_of_every_group_are_there() -> None:
    for group in GROUPS:
        assert group.mutants, group.file
        assert group.tests, group.file
        for path in group.tests:
            assert (ROOT / path).is_file(), path
            assert not path.startswith("tests/wire/")


@pytest.mark.parametrize("text", ["", "a", "b and b"])
def test_a_text_that_is_not_there_once_is_no_mutant(text: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(text)
    with pytest.raises(Misfit):
        apply(Edit("file.py", "b", "c"), tmp_path)


def test_an_unknown_name_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["no-such-mutant"])
    assert "no such mutant: no-such-mutant" in capsys.readouterr().err
