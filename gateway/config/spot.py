"""Where in the files are we, and what have we found there?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.config.partial import touches
from gateway.config.problem import Path, Problem, Unfit, render_path
from gateway.config.source import Source

Value = TypeVar("Value")
Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place of one file whose meaning is being judged. `spot / "routes" / 0` is one below it."""

    source: Source
    path: Path = ()
    problems: list[Problem] = field(default_factory=list)
    """Of the file: shared by all its spots."""
    warnings: list[str] = field(default_factory=list)
    """Of the file: insecure choices that were asked for by name."""

    def __truediv__(self, step: str | int) -> "Spot":
        """Go one step down."""
        return Spot(
            source=self.source, path=(*self.path, step), problems=self.problems, warnings=self.warnings
        )

    @property
    def in_doubt(self) -> bool:
        """Whether another mistake here was already told, so that what is meant is not known."""
        return touches(self.source.original(self.path), self.source.damaged)

    def refuse(self, what: str, fix: str) -> None:
        """Note a mistake, unless it may come from another one that was already told."""
        if not self.in_doubt:
            self.problems.append(self.source.problem(self.path, what, fix))

    def warn(self, what: str) -> None:
        """Note an insecure choice."""
        self.warnings.append(f"{self.source.file}: {render_path(self.source.original(self.path))}: {what}")

    def read(self, parse: Callable[[Value], Meaning], value: Value) -> Meaning | None:
        """Give what a value means, or note what is wrong with it."""
        try:
            return parse(value)
        except Unfit as unfit:
            self.refuse(unfit.what, unfit.fix)
            return None

    def read_each(self, parse: Callable[[Value], Meaning], values: Iterable[Value]) -> tuple[Meaning, ...]:
        """The same for each item of a list; those that are wrong are left out."""
        meanings = [(self / index).read(parse, value) for index, value in enumerate(values)]
        return tuple(meaning for meaning in meanings if meaning is not None)
