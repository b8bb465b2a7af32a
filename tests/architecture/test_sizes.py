"""Files of at most 400 lines, functions of at most 50. A test file may hold tables: 600."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, named, python_files, tree

MAX_FILE_LINES = {"gateway": 400, "tests": 600}
MAX_FUNCTION_LINES = 50

FILES = [*python_files("gateway"), *python_files("tests")]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_size(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_FILE_LINES[path.relative_to(ROOT).parts[0]], f"{named(path)} has {lines} lines"
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []
