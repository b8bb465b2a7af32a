"""Files of at most 400 lines, functions of at most 50. A test file may hold tables: 600."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.architecture.source import ROOT, named, python_files

MAX_FILE_LINES = {"gateway": 400, "tests": 600}
MAX_FUNCTION_LINES = 50

FILES = [*python_files("gateway"), *python_files("tests")]


def test_no_file_is_too_long() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in FILES}
    long = {named(path): count for path, count in lines.items() if count > _most(path)}
    assert long == {}


def test_no_function_is_too_long() -> None:
    assert [one for path in FILES for one in _long_functions(path)] == []


# --- private ---


def _most(path: Path) -> int:
    return MAX_FILE_LINES[path.relative_to(ROOT).parts[0]]


def _long_functions(path: Path) -> Iterator[str]:
    # Not `tree`: to keep every tree takes as long again as to make it.
    for node in _functions(ast.parse(path.read_text(), str(path)).body):
        if node.end_lineno is not None and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES:
            yield f"{named(path)}: {node.name}: {node.end_lineno - node.lineno + 1} lines"


def _functions(statements: Iterable[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Those of a block, and of the blocks in it: no expression holds one."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement
        for name in ("body", "orelse", "finalbody"):
            yield from _functions(getattr(statement, name, ()))
        for branch in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _functions(branch.body)
