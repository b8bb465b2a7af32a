"""What can still be judged where parts of a file are wrong?

Every mistake is wanted at once, those of form and those of meaning. So what has the wrong form is left
out, and what is missing gets an example's value, again and again until the rest has the right form. The
rest is then judged for its meaning, and nothing is said about what was left out or put in. A file with
mistakes is never used: this only finds more of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from gateway.config.explain import Flaw, Interpreter
from gateway.config.outline import Outline
from gateway.config.problem import Path, Problem
from gateway.config.schema_types import Section
from gateway.config.tree import Node, written_at

Model = TypeVar("Model", bound=Section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted(Generic[Model]):
    """The part of a file that has the right form."""

    model: Model | None
    """None where nothing of it has."""
    tree: Node
    """What the model was made from."""
    problems: tuple[Problem, ...]
    damaged: frozenset[Path]
    """What cannot be judged, nor anything above or below it."""


def fit(tree: Node, kind: type[Model], outline: Outline, file: str) -> Fitted[Model]:
    """Read a tree as a kind of file. Never raises for what the file says."""
    flaws = tuple(Interpreter(file=file, tree=tree, outline=outline).empty_values())
    problems: list[Problem] = []
    damaged: set[Path] = set()
    filled: set[Path] = set()
    model = None
    while model is None:
        problems += [flaw.problem for flaw in flaws if not touches(flaw.damaged, damaged)]
        damaged.update(flaw.damaged for flaw in flaws)
        if any(flaw.removed == () and not _can_fill(flaw, filled) for flaw in flaws):
            break
        tree = _mend(tree, flaws, filled)
        filled.update(flaw.damaged for flaw in flaws if flaw.stand_in is not None)
        model, flaws = _validate(tree, kind, outline, file)
    return Fitted(model=model, tree=tree, problems=tuple(problems), damaged=frozenset(damaged))


def touches(path: Path, damaged: Iterable[Path]) -> bool:
    """Whether a path is, holds, or lies in something that cannot be judged."""
    return any(path[: len(other)] == other[: len(path)] for other in damaged)


# --- private ---


def _validate(
    tree: Node, kind: type[Model], outline: Outline, file: str
) -> tuple[Model | None, tuple[Flaw, ...]]:
    try:
        return kind.model_validate(tree.plain()), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, Interpreter(file=file, tree=tree, outline=outline).explain(details)


def _mend(tree: Node, flaws: Iterable[Flaw], filled: set[Path]) -> Node:
    """Take out or put in one thing for each flaw: the rounds end, for nothing is put in twice."""
    removed = {flaw.removed for flaw in flaws if not _can_fill(flaw, filled)}
    mended = tree.without(frozenset(removed))
    for flaw in flaws:
        if _can_fill(flaw, filled) and mended.descendant(flaw.damaged[:-1]) is not None:
            stand_in = written_at(tree.mark, flaw.damaged, flaw.stand_in)
            mended = mended.with_member(flaw.damaged, stand_in)
    return mended


def _can_fill(flaw: Flaw, filled: set[Path]) -> bool:
    """Whether something is missing that has an example, which was not tried before."""
    return flaw.stand_in is not None and flaw.damaged not in filled
