"""What is a mutant? The product with one of its checks removed, as data; and the tests that must notice."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """One text of one file, and what stands there instead."""

    file: str
    find: str
    replace: str


class Misfit(ValueError):
    """A text that a mutant replaces is not there, or is there more than once: the product has changed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One check, removed or weakened. `find` is in the file of its group."""

    name: str
    find: str
    replace: str
    also: tuple[Edit, ...] = ()
    """Where another check stands behind it that refuses the same, that one goes with it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Mutants of one file, and the tests of which one must turn red. Without a mutant all of them pass."""

    file: str
    tests: tuple[str, ...]
    mutants: tuple[Mutant, ...]

    def edits(self, mutant: Mutant) -> Iterator[Edit]:
        """Everything that one of the group's mutants changes."""
        yield Edit(self.file, mutant.find, mutant.replace)
        yield from mutant.also


def apply(edit: Edit, root: Path) -> None:
    """Change the file below `root`. Raises: Misfit."""
    path = root / edit.file
    text = path.read_text("utf-8")
    if text.count(edit.find) != 1:
        raise Misfit(f"{edit.file} has {text.count(edit.find)} times {edit.find!r}")
    path.write_text(text.replace(edit.find, edit.replace), "utf-8")
