"""Which guarantee was shown behind which proxy?

A pytest plugin (`-p tests.wire.guarantees`, `make test-proxies`): where every test has passed, it renews the
table of docs/proxies.md. A row is a file of tests, by the question that it asks; a number is how many ran.
"""

import importlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.wire.components import version
from tests.wire.fronts import Front

PAGE: Final = Path(__file__).parents[2] / "docs" / "proxies.md"
BEGIN: Final = "<!-- made by make test-proxies -->\n"
END: Final = "<!-- until here -->\n"

Shown = Mapping[str, Mapping[Front, int]]
"""By module: how many tests have passed behind each proxy."""


def table(shown: Shown, versions: Mapping[Front, str]) -> str:
    """Write the table: a row for each module that was run behind more than one proxy."""
    head = ["guarantee", *(f"{front} {versions[front]}" for front in Front)]
    rows = [
        [question(module), *(str(counts.get(front) or "") for front in Front)]
        for module, counts in sorted(shown.items())
        if len(counts) > 1
    ]
    lines = [head, ["---", *(["---:"] * len(Front))], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def question(module: str) -> str:
    """Give the question that a module of tests answers."""
    return (importlib.import_module(module).__doc__ or "").strip().splitlines()[0]


def counted(reports: Iterable[pytest.TestReport]) -> Shown:
    """Count what has passed."""
    found: dict[str, Counter[Front]] = defaultdict(Counter)
    for report in reports:
        module = report.nodeid.partition("::")[0].removesuffix(".py").replace("/", ".")
        for front in _fronts(report):
            found[module][front] += 1
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Renew the table, unless something has failed."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # a worker of pytest-xdist, which knows its own part alone
    stats = terminalreporter.stats
    if stats.get("failed") or stats.get("error"):
        return
    passed = [
        one for one in stats.get("passed", []) if isinstance(one, pytest.TestReport) and one.when == "call"
    ]
    before, _, rest = PAGE.read_text().partition(BEGIN)
    made = table(counted(passed), {front: version(front.component) for front in Front})
    PAGE.write_text(before + BEGIN + made + END + rest.partition(END)[2])


def _fronts(report: pytest.TestReport) -> list[Front]:
    named = {str(value).partition(" ")[0] for key, value in report.user_properties if key == "ran"}
    return [front for front in Front if front.value in named]
