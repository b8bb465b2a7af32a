"""What is wrong with the configuration, where, and what would put it right?"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file: `("policies", "orders", "routes", 0)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake of the operator. Never holds a value that may be a secret."""

    file: str
    line: int
    """From 1; 0 where there are no lines."""
    column: int
    """From 1."""
    path: str
    """As `policies.orders.routes[0].methods`; empty for the file as a whole."""
    what: str
    fix: str

    def __str__(self) -> str:
        """Render for a person, and for editors that jump to `file:line:column`."""
        if not self.line:
            return f"{self.file}: {self.what}. Fix: {self.fix}."
        subject = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column} {subject}{self.what}. Fix: {self.fix}."


class ConfigError(Exception):
    """The configuration cannot be used. Holds every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem], *, passes: bool = False) -> None:
        self.problems = sorted_problems(problems)
        self.passes = passes
        """The same may go well a minute later, with nothing changed by anybody."""
        super().__init__("\n".join(map(str, self.problems)))


class Unfit(ValueError):
    """A value is not what its field needs."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order by file as they came, then by place, without repetitions."""
    unique = tuple(dict.fromkeys(problems))
    files = list(dict.fromkeys(problem.file for problem in unique))
    return tuple(sorted(unique, key=lambda one: (files.index(one.file), one.line, one.column, one.path)))


def render_path(path: Path) -> str:
    """Write a path the way people do."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + show(step)
    return text


def show(name: str) -> str:
    """Print a name from the file: as it is, or quoted and cut where it is not a plain word."""
    if _PLAIN.fullmatch(name):
        return name
    quoted = json.dumps(name[:_LONGEST])
    return quoted if len(name) <= _LONGEST else f"{quoted}..."


def show_value(text: str) -> str:
    """Print a value of a field that holds no secrets, unless it looks as if one was put there."""
    return text if _NAME.fullmatch(text) and not text.startswith("eyJ") else "this value"


# --- private ---

_NAME: Final = re.compile(r"[A-Za-z0-9_*./:\[\]-]{1,48}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_*./:@\[\]{}-]{1,64}")
_LONGEST: Final = 64
