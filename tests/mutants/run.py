"""Does a test turn red when a check is removed? `make mutants`.

    python -m tests.mutants.run [--jobs 2] [NAME ...]

Each mutant is tried in a copy of its own, in a process of its own; the repository is never changed. Before,
the control: the same tests pass in a copy that has no mutant. Only a failed test is a catch: a mutant that
cannot be imported, or under which the tests hang, has shown nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from tests.mutants.mutant import Edit, Group, Mutant, apply
from tests.mutants.table import GROUPS

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("gateway", "tests", "config", "docs", "pyproject.toml", "README.md")
_NOT_COPIED: Final = shutil.ignore_patterns("node_modules")
_FAILED: Final = re.compile(r"FAILED (\S+\[.*?\]|\S+)(?: - .*)?")  # the name of a case may hold anything
_TIMEOUT_S: Final = 180.0
_SOME_FAILED: Final = 1  # pytest's exit code; 2 and more are errors of another kind


class Outcome(NamedTuple):
    """What became of one control or mutant."""

    good: bool
    line: str


def main(arguments: list[str] | None = None) -> int:
    """Try the mutants named, or all. 1 if one survives or a control fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a mutant in the table (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - {mutant.name for group in GROUPS for mutant in group.mutants}
    if unknown:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    wanted = [
        (group, mutant)
        for group in GROUPS
        for mutant in group.mutants
        if not given.names or mutant.name in given.names
    ]
    with ThreadPoolExecutor(given.jobs) as pool:
        controls = _told(pool.map(_control, dict.fromkeys(group.tests for group, _ in wanted)))
        if not all(controls):
            return 1
        caught = _told(pool.map(_try, wanted))
    print(f"{len(caught)} mutants, {sum(caught)} caught")
    return int(not all(caught))


# --- private ---


def _told(outcomes: Iterable[Outcome]) -> list[bool]:
    told = []
    for outcome in outcomes:
        print(outcome.line, flush=True)
        told.append(outcome.good)
    return told


def _control(tests: tuple[str, ...]) -> Outcome:
    code, failed = _run((), tests)
    what = "passes" if code == 0 else f"FAILS: {failed}"
    return Outcome(code == 0, f"control: {' '.join(tests)} {what}")


def _try(one: tuple[Group, Mutant]) -> Outcome:
    group, mutant = one
    code, failed = _run(tuple(group.edits(mutant)), group.tests)
    if code == 0:
        return Outcome(good=False, line=f"{mutant.name}: SURVIVED")
    if code == _SOME_FAILED and failed is not None:
        return Outcome(good=True, line=f"{mutant.name}: caught by {failed}")
    return Outcome(good=False, line=f"{mutant.name}: NOT JUDGED, pytest ended with {code}")


def _run(edits: tuple[Edit, ...], tests: tuple[str, ...]) -> tuple[int | None, str | None]:
    """Give pytest's exit code (None: it hung) and the first test that failed."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as directory:
        copy = Path(directory)
        for name in COPIED:
            _copy(ROOT / name, copy / name)
        for edit in edits:
            apply(edit, copy)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", *tests]
        try:
            ended = subprocess.run(
                command,
                cwd=copy,
                env=_environment(copy),
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            return None, None
    return ended.returncode, _first_failed(ended.stdout)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_NOT_COPIED)
    else:
        shutil.copy2(source, target)


def _environment(copy: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "quick"}


def _first_failed(output: str) -> str | None:
    for line in output.splitlines():
        if match := _FAILED.fullmatch(line):
            return match[1]
    return None


if __name__ == "__main__":
    sys.exit(main())
