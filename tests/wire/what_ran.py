"""Which real components did this run of the tests use, and in which versions?

A pytest plugin (`-p tests.wire.what_ran`): a test records each component that it really ran, and
the end of the run counts them. What nothing recorded did not run.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

_KEY = "ran"


def record(node: pytest.Item, component: str, version: str) -> None:
    """Remember that this test runs a component."""
    entry = (_KEY, f"{component} {version}")
    if entry not in node.user_properties:
        node.user_properties.append(entry)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the components before pytest's closing line."""
    reports = list(_finished(terminalreporter))
    wire = sum("wire" in report.keywords for report in reports)
    ran = Counter(
        str(component) for report in reports for key, component in report.user_properties if key == _KEY
    )
    terminalreporter.write_sep("-", "what ran")
    terminalreporter.write_line(f"{len(reports) - wire} tests without real components")
    terminalreporter.write_line(f"{wire} wire tests" + (", of them with" if ran else ""))
    for component, tests in sorted(ran.items()):
        terminalreporter.write_line(f"  {component}: {tests}")


def _finished(terminalreporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            if isinstance(report, pytest.TestReport) and report.when == "call":
                yield report
