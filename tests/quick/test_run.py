"""A run is well only where every part came to its end and is well."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.quick import run
from tests.quick.part import read

GOOD = "import pathlib, sys; print('{name} ran'); pathlib.Path(sys.argv[1]).write_text('{report}')"
REPORT = '{"ran": 3, "seconds": {"test_a.py": 0.5, "test_b.py": 0.5}}'
Parts = Callable[..., int]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Parts:
    """Run with real processes in place of pytest's: each carries out one of these programs."""

    def ran(*programs: str) -> int:
        coming = iter(programs)
        monkeypatch.setattr(run, "SECONDS", tmp_path / "cache" / "quick.json")
        monkeypatch.setattr(run, "files", lambda _: [run.ROOT / f"test_{one}.py" for one in "ab"])
        monkeypatch.setattr(
            run, "_command", lambda _, report: [sys.executable, "-c", next(coming), str(report)]
        )
        return run.main(["--jobs", str(len(programs))])

    return ran


def good(name: str) -> str:
    return GOOD.format(name=name, report=REPORT)


def test_all_is_well_and_counted_and_remembered(
    parts: Parts, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert parts(good("one"), good("two")) == 0
    said = capfd.readouterr().out
    assert said.startswith("one ran\ntwo ran\n6 tests in 2 parts, ")
    assert run._known() == {"test_a.py": 0.5, "test_b.py": 0.5}


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        ("import sys; print('red'); sys.exit(1)", 1, "red\npart 2 of 2 is red: it ended with 1\n"),
        ("import sys; sys.exit(4)", 4, "part 2 of 2 is red: it ended with 4\n"),
        ("import os; os.abort()", 6, "part 2 of 2 is red: it ended with -6\n"),
        ("", 1, "part 2 of 2 is red: it ended with 0 before its end\n"),
    ],
    ids=["a test is red", "a wrong call", "killed", "no end"],
)
def test_one_dead_part_is_enough(
    parts: Parts, capfd: pytest.CaptureFixture[str], program: str, code: int, said: str
) -> None:
    assert parts(good("one"), program) == code
    assert f"one ran\n{said}3 tests in 2 parts, " in capfd.readouterr().out


def test_a_file_that_was_not_read_is_red(parts: Parts, capfd: pytest.CaptureFixture[str]) -> None:
    lacking = GOOD.format(name="two", report='{"ran": 3, "seconds": {"test_a.py": 0.5}}')
    assert parts(good("one"), lacking) == 1
    assert "part 2 of 2 is red: it did not read test_b.py\n" in capfd.readouterr().out


def test_the_first_part_counts_as_well(parts: Parts) -> None:
    assert parts("import sys; sys.exit(1)", good("two")) == 1


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_what_is_remembered_may_be_damaged(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SECONDS", tmp_path / "quick.json")
    run.SECONDS.write_text(text)
    assert run._known() == {}


@pytest.mark.long
def test_a_part_runs_its_files_alone_and_tells_what_it_ran(tmp_path: Path) -> None:
    listed, report = tmp_path / "list", tmp_path / "report.json"
    listed.write_text("tests/core/test_base64url.py\ntests/dialects/test_hygiene.py\n")
    ended = subprocess.run(
        run._command(listed, report), cwd=run.ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    told = read(report)
    assert told is not None
    assert told.seconds.keys() == {"tests/core/test_base64url.py", "tests/dialects/test_hygiene.py"}
    assert all(taken > 0 for taken in told.seconds.values())
    assert f"{told.ran} tests without real components" in ended.stdout
