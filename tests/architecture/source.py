"""What source is there? The files of the product and of its tests, and their syntax trees."""

import ast
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_NOT_OURS: Final = {"node_modules", "__pycache__"}


def python_files(folder: str) -> list[Path]:
    """Every Python file under a folder of the repository, sorted."""
    found = (ROOT / folder).rglob("*.py")
    return sorted(path for path in found if _NOT_OURS.isdisjoint(path.parts))


def named(path: Path) -> str:
    """The path as written in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that the tree holds."""
    return tuple(ast.walk(tree(path)))


@cache
def calls(path: Path) -> tuple[str, ...]:
    """What the file calls, as written: `time.time`, `Permit`."""
    return tuple(ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call))
