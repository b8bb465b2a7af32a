"""Does every mutant still fit the product? Whether it is caught, `make mutants` says."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.mutants.mutant import Edit, Group, Misfit, Mutant, apply
from tests.mutants.run import main
from tests.mutants.table import GROUPS

ALL = [(group, mutant) for group in GROUPS for mutant in group.mutants]


def test_there_are_enough() -> None:
    assert len(ALL) >= 40


def test_names_are_unique() -> None:
    names = [mutant.name for _, mutant in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("group", "mutant"), ALL, ids=[mutant.name for _, mutant in ALL])
def test_a_mutant_fits_the_product_and_compiles(group: Group, mutant: Mutant, tmp_path: Path) -> None:
    edits = list(group.edits(mutant))
    for file in {edit.file for edit in edits}:
        assert file.startswith("gateway/")
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tmp_path / file)
    for edit in edits:
        assert (ROOT / edit.file).read_text("utf-8").count(edit.find) == 1
        apply(edit, tmp_path)
    for file in {edit.file for edit in edits}:
        compile((tmp_path / file).read_text("utf-8"), file, "exec")


@pytest.mark.parametrize("group", GROUPS, ids=[group.file for group in GROUPS])
def test_the_tests_of_a_group_are_there(group: Group) -> None:
    assert group.mutants
    assert group.tests
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
