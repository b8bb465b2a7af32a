"""Does docs/audit-coverage.md show what happens? tests/audit/test_live.py tries its role at a real server."""

from pathlib import Path

import pytest
import yaml

from gateway.audit.coverage import State
from gateway.audit.live import WANTED
from tests.cli.configuration import runner
from tests.docs.pages import ROOT, blocks_of

BLOCKS = blocks_of(ROOT / "docs" / "audit-coverage.md")
COVERAGE, DIFF = (block.text for block in BLOCKS if block.kind == "sh")
BEFORE, AFTER, ROLE = (block.text for block in BLOCKS if block.kind == "yaml")
COVERED, CHANGED = (block.text for block in BLOCKS if block.kind == "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("before", BEFORE), ("after", AFTER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "orders.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assert_shown(shown: str, printed: str) -> None:
    """What is shown is printed, in this order, with anything between where it says `...`."""
    place = 0
    for part in shown.replace("...\n", "...").split("..."):
        found = printed.find(part.strip("\n"), place)
        assert found >= 0, part
        place = found + len(part.strip("\n"))


def test_coverage(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ran = runner(capfd)(*COVERAGE.split()[1:])
    assert ran.code == 0
    assert_shown(COVERED, ran.out)


def test_the_change_that_loses_the_lock(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ran = runner(capfd)(*DIFF.split()[1:])
    assert ran.code == 1
    assert_shown(CHANGED, ran.out)


def test_every_state_is_told() -> None:
    text = (ROOT / "docs" / "audit-coverage.md").read_text()
    assert [one.value for one in State if f"| `{one.value}` |" not in text] == []


def test_the_role_is_what_is_listed_and_no_more() -> None:
    allowed = {
        (group, resource)
        for rule in yaml.load(ROLE, yaml.CSafeLoader)["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if rule["verbs"] == ["list"]
    }
    asked = {(one.group, name) for one in WANTED for name in one.resources or ("*",)}
    assert allowed == asked
