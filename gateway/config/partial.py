"""What can still be judged where parts of a file are wrong?

Every mistake is wanted at once, those of form and those of meaning. So what has the wrong form is left
out, again and again until the rest has the right one; the rest is then judged for its meaning, and
nothing is said about what was left out. A file with mistakes is never used: this only finds more of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from gateway.config.explain import Flaw, Interpreter
from gateway.config.outline import Outline
from gateway.config.problem import Path, Problem
from gateway.config.schema_types import Section
from gateway.config.tree import Node, Plain

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
    found = list(Interpreter(file=file, tree=tree, outline=outline).empty_values())
    problems = [flaw.problem for flaw in found]
    damaged = {flaw.damaged for flaw in found}
    tree = tree.without(frozenset(flaw.removed for flaw in found))
    while True:
        model, flaws = _validate(tree, kind, outline, file)
        news = [flaw for flaw in flaws if not touches(flaw.damaged, damaged)]
        problems += [flaw.problem for flaw in news]
        damaged |= {flaw.damaged for flaw in flaws}
        stand_ins = _stand_ins(flaws, kind)
        tree = _with(tree.without(frozenset(flaw.removed for flaw in flaws)), stand_ins)
        if not flaws or (not stand_ins and any(flaw.removed == () for flaw in flaws)):
            return Fitted(model=model, tree=tree, problems=tuple(problems), damaged=frozenset(damaged))


def touches(path: Path, damaged: "frozenset[Path] | set[Path]") -> bool:
    """Whether a path is, holds, or lies in something that cannot be judged."""
    return any(path[: len(other)] == other[: len(path)] for other in damaged)


# --- private ---

_STAND_INS: Final[Mapping[str, Mapping[str, Plain]]] = {
    "GatewayFile": {
        "issuers": {"stand-in": {"issuer": "https://issuer.invalid", "audiences": ("stand-in",)}},
        "downstream": {
            "issuer": "https://gateway.invalid",
            "jwks_uri": "https://gateway.invalid/jwks.json",
            "keys": {"store": "memory"},
        },
    },
}
"""What takes the place of a required part of the main file, so that the others can be judged."""


def _validate(
    tree: Node, kind: type[Model], outline: Outline, file: str
) -> tuple[Model | None, tuple[Flaw, ...]]:
    try:
        return kind.model_validate(tree.plain()), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, Interpreter(file=file, tree=tree, outline=outline).explain(details)


def _stand_ins(flaws: tuple[Flaw, ...], kind: type[Section]) -> Mapping[str, Plain]:
    """Those of the required keys of the top that are missing."""
    known = _STAND_INS.get(kind.__name__, {})
    missing = {flaw.damaged[0] for flaw in flaws if flaw.removed == () and flaw.damaged}
    return {key: value for key, value in known.items() if key in missing}


def _with(tree: Node, stand_ins: Mapping[str, Plain]) -> Node:
    if not stand_ins or not isinstance(tree.value, dict):
        return tree
    added = {key: _node(value, (key,), tree) for key, value in stand_ins.items()}
    return Node(path=tree.path, mark=tree.mark, value={**tree.value, **added})


def _node(value: Plain, path: Path, near: Node) -> Node:
    match value:
        case dict():
            members = {key: _node(one, (*path, key), near) for key, one in value.items()}
            return Node(path=path, mark=near.mark, value=members)
        case tuple():
            items = tuple(_node(one, (*path, i), near) for i, one in enumerate(value))
            return Node(path=path, mark=near.mark, value=items)
        case _:
            return Node(path=path, mark=near.mark, value=value)
