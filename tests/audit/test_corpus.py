"""Whole configurations, as people have them: the sound ones are left alone, the others are objected to.

A file is named `<controller>-<name>`. The first line of an unsound one says which rules have to object, as
`# expect: COV-001 NGX-006`: those, and no others above INFO.
"""

from pathlib import Path

import pytest

from gateway.audit.check import check
from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather
from gateway.audit.rule import Finding, Severity

CORPUS = Path("tests/audit/corpus")
SOUND, UNSOUND = (
    sorted(path for path in (CORPUS / which).iterdir() if not path.name.startswith("."))
    for which in ("sound", "unsound")
)


def findings(path: Path) -> list[Finding]:
    """What is found in a file, or in all files of a folder, above INFO."""
    gathering = Gathering()
    gather([path], gathering)
    assert not gathering.unread, gathering.unread
    found = check(gathering.finished()).findings
    return [one for one in found if one.severity is not Severity.INFO]


def expected(path: Path) -> list[str]:
    file = next(iter(sorted(path.iterdir()))) if path.is_dir() else path
    first = file.read_text().partition("\n")[0]
    assert "expect:" in first, f"{file} does not say what it expects"
    return first.partition("expect:")[2].split()


@pytest.mark.long
def test_the_sound_ones_give_nothing_above_info() -> None:
    said = {path.name: [f"{one.rule.id} {one.place}: {one.what}" for one in findings(path)] for path in SOUND}
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.long
def test_the_unsound_ones_give_what_they_should() -> None:
    differ = {
        path.name: (found, expected(path))
        for path in UNSOUND
        if (found := sorted({one.rule.id for one in findings(path)})) != expected(path)
    }
    assert differ == {}


def test_every_file_is_of_a_controller() -> None:
    names = sorted((one.value for one in Controller), key=len, reverse=True)
    strange = [p.name for p in (*SOUND, *UNSOUND) if not any(p.name.startswith(f"{name}-") for name in names)]
    assert strange == []


def test_every_controller_has_sound_and_unsound_ones_and_a_table_of_what_breaks_them() -> None:
    names = sorted((one.value for one in Controller if one is not Controller.UNKNOWN), key=len, reverse=True)

    def owner(path: Path) -> str:
        return next(name for name in names if path.name.startswith(f"{name}-"))

    sound, unsound = ([owner(path) for path in paths] for paths in (SOUND, UNSOUND))
    assert [one for one in names if sound.count(one) < 3 or unsound.count(one) < 6] == []
    tables = {path.stem.replace("_", "-") for path in Path("tests/audit/breaking").glob("*.py")}
    assert tables == set(names)
