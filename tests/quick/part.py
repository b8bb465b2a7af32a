"""How long did each file of this run take, and how many tests ran?

A pytest plugin (`-p tests.quick.part --part-files FILE --part-report FILE`). The first file names those that
the run takes, one a line, relative to where it is called; the second is written where it has come to its
end: a run that was cut short leaves none.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest


class Report(NamedTuple):
    """What a part tells."""

    ran: int
    seconds: dict[str, float]
    """By path: collecting a file and running its tests."""


def read(path: Path) -> Report | None:
    """Give what a part has told, if it came to its end."""
    return Report(**json.loads(path.read_text())) if path.exists() else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the places of the list and of the report."""
    parser.addoption("--part-files", type=Path, required=True)
    parser.addoption("--part-report", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    # Where jsonschema is imported, it reads a grammar of IRIs for more than a second: no test here needs it.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # "is not there", to the import system
    files = [Path(name).absolute() for name in config.getoption("--part-files").read_text().splitlines()]
    config.pluginmanager.register(_Watch(frozenset(files), config.getoption("--part-report")))


# --- private ---


class _Watch:
    def __init__(self, files: frozenset[Path], report: Path) -> None:
        self._wanted = files.union(*(path.parents for path in files))
        self._report = report
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._ran = 0

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return None if collection_path in self._wanted else True  # None: others may ignore it

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        began = time.perf_counter()
        report = yield
        if isinstance(collector, pytest.Module):
            self._seconds[collector.nodeid] += time.perf_counter() - began
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        began = time.perf_counter()
        done = yield
        self._seconds[item.nodeid.partition("::")[0]] += time.perf_counter() - began
        self._ran += 1
        return done

    def pytest_unconfigure(self) -> None:
        report = Report(self._ran, dict(self._seconds))
        self._report.write_text(json.dumps(report._asdict()))
