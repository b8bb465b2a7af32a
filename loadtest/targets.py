"""Is what was promised kept? `targets.toml` holds every promise, as a comparison within one run."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtest.samples import Samples, median

FILE: Final = Path(__file__).with_name("targets.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise: a figure of a row, and what it is at most or at least."""

    work: str
    figure: str
    of: str
    at_most: str = ""
    at_least: str = ""

    @property
    def promise(self) -> str:
        """In words."""
        return f"at most {self.at_most}" if self.at_most else f"at least {self.at_least}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a promise. Nothing is known where one of its rows was not measured."""

    target: Target
    measured: float | None
    limit: float | None

    @property
    def met(self) -> bool:
        """False as well where nothing is known."""
        if self.measured is None or self.limit is None:
            return False
        return self.measured <= self.limit if self.target.at_most else self.measured >= self.limit

    @property
    def known(self) -> bool:
        """Whether all of it was measured."""
        return self.measured is not None and self.limit is not None


def targets(file: Path = FILE) -> list[Target]:
    """Read them. Raises: TypeError, ValueError where one is not written as it should be."""
    found = [Target(**one) for one in tomllib.loads(file.read_text())["target"]]
    for one in found:
        if bool(one.at_most) == bool(one.at_least):
            raise ValueError(f"{one.work}: one of at_most and at_least")
        for text in (one.of, one.at_most or one.at_least):
            _terms(text)
    return found


def judge(target: Target, samples: Samples) -> Outcome:
    """Compare the medians."""
    limit = value(target.at_most or target.at_least, samples, target.figure)
    return Outcome(target=target, measured=value(target.of, samples, target.figure), limit=limit)


def rows(text: str) -> list[str]:
    """The rows that an expression names."""
    return [row for _, _, row in _terms(text) if row]


def value(text: str, samples: Samples, figure: str) -> float | None:
    """Reckon `2.2 x hot.nginx + 15`. None where a row was not measured."""
    total = 0.0
    for sign, factor, row in _terms(text):
        number = median(samples, row, figure) if row else 1.0
        if number is None:
            return None
        total += sign * factor * number
    return total


# --- private ---

_NUMBER: Final = r"[0-9]+(?:\.[0-9]+)?"
_TERM: Final = re.compile(
    rf"(?:(?P<factor>{_NUMBER}) x )?(?P<row>[a-z0-9-]+\.[a-z0-9-]+)|(?P<number>{_NUMBER})"
)


def _terms(text: str) -> list[tuple[int, float, str]]:
    """Sign, factor and row of each term; a row that is empty stands for the number one."""
    found = []
    for part in re.split(r" (?=[+-] )", text):
        sign = -1 if part.startswith("- ") else 1
        match = _TERM.fullmatch(part.removeprefix("- ").removeprefix("+ "))
        if match is None:
            raise ValueError(f"not a sum of rows, multiples of rows and numbers: {text!r}")
        found.append((sign, float(match["factor"] or match["number"] or 1), match["row"] or ""))
    return found
