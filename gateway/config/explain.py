"""How do we tell a person what pydantic found?

One sentence and one fix for each kind of mistake. No message holds a value of the file: where a secret
belongs by reference, people paste the secret.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pydantic_core import ErrorDetails

from gateway.config.locate import Place, by_place
from gateway.config.outline import Outline
from gateway.config.problem import Path, Problem, render_path
from gateway.config.schema_types import FORMS
from gateway.config.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One mistake of form: what to say, what cannot be judged for it, and what to leave out."""

    problem: Problem
    damaged: Path
    """Nothing at, above or below this path can be judged any more."""
    removed: Path
    """The smallest thing without which the rest may have the right form."""
    stand_in: object | None = None
    """What may be put at `damaged` instead, as JSON, where something is missing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """Translates what was found in one file."""

    file: str
    tree: Node
    outline: Outline

    def empty_values(self) -> Iterator[Flaw]:
        """Keys without a value: YAML's null, which must never mean "all" or "never mind"."""
        for node in self.tree.walk():
            if node.value is None:
                fix = self._as_in(node.path, "write a value or remove the line")
                yield self._flaw(node, node.path, "has no value", fix)

    def explain(self, errors: Iterable[ErrorDetails]) -> tuple[Flaw, ...]:
        """Translate the errors of one validation, one flaw a place."""
        groups = by_place(errors, self.tree).values()
        unknown = [self._unknown(g[0]) for g in groups if g[0].kind == "extra_forbidden"]
        misspelt = {flaw.damaged for flaw in unknown}
        others = [self._explain_place(g) for g in groups if g[0].kind != "extra_forbidden"]
        return (*unknown, *(flaw for flaw in others if flaw.damaged not in misspelt))

    def _explain_place(self, group: Sequence[Place]) -> Flaw:
        place = group[0]
        if place.kind == "missing":
            return self._missing(place)
        if place.kind.startswith("union_tag"):
            return self._wrong_tag(place)
        what, fix = self._judge(group)
        return self._flaw(place.node, place.path, what, fix)

    def _missing(self, place: Place) -> Flaw:
        example = self.outline.example(self.tree, place.path)
        fix = f"add {example}" if example else f"add {place.path[-1]}"
        flaw = self._flaw(place.node, place.path, "is missing", fix)
        return Flaw(
            problem=flaw.problem,
            damaged=place.path,
            removed=place.node.path,
            stand_in=self.outline.example_value(self.tree, place.path),
        )

    def _unknown(self, place: Place) -> Flaw:
        parent, key = place.path[:-1], str(place.path[-1])
        there = self.tree.descendant(parent)
        known = [
            name
            for name in self.outline.keys(self.tree, parent)
            if there is None or there.child(name) is None
        ]
        nearest = get_close_matches(key, known, n=1)
        fix = f"write {nearest[0]}" if nearest else f"remove it; what could be here: {', '.join(known)}"
        flaw = self._flaw(place.node, place.path, "is not a known key", fix)
        damaged = (*parent, *nearest) if nearest else place.path
        return Flaw(problem=flaw.problem, damaged=damaged, removed=place.path)

    def _wrong_tag(self, place: Place) -> Flaw:
        key = str(place.error["ctx"]["discriminator"]).strip("'")
        tags = self.outline.tags(self.tree, place.path)
        tag = place.node.child(key)
        what = "is missing" if tag is None else "is not one of " + ", ".join(tags)
        fix = _choice(tag.value if tag else None, tags, f"{key}: ")
        flaw = self._flaw(tag or place.node, (*place.path, key), what, fix)
        return Flaw(problem=flaw.problem, damaged=place.path, removed=place.path)

    def _judge(self, group: Sequence[Place]) -> tuple[str, str]:
        place = group[0]
        context = place.error.get("ctx", {})
        match place.kind:
            case "string_pattern_mismatch":
                return self._wrong_form(place, context["pattern"])
            case "literal_error":
                choices = _quoted(context["expected"].replace(" or ", ", "))
                return "is not one of " + ", ".join(choices), _choice(place.node.value, choices, "")
            case "too_short" | "string_too_short":
                return "is empty", self._as_in(place.path, "write at least one value; empty never means all")
            case "too_long":
                return f"has more than {context['max_length']} values", "leave some out"
            case "string_too_long":
                return f"is longer than {context['max_length']} characters", "shorten it"
            case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
                (bound,) = context.values()
                return "is out of range", self._as_in(place.path, f"write {_BOUNDS[place.kind]} {bound:g}")
            case _:
                return self._wrong_type([place.kind for place in group], place)

    def _wrong_form(self, place: Place, pattern: str) -> tuple[str, str]:
        if place.error["loc"][-1:] == ("[key]",):
            return f"the key is not {FORMS[pattern]}", "rename it"
        return f"is not {FORMS[pattern]}", self._as_in(place.path, "change it")

    def _wrong_type(self, kinds: Iterable[str], place: Place) -> tuple[str, str]:
        wanted = list(dict.fromkeys(_TYPES.get(kind, "something else") for kind in kinds))
        found = _kind_of(place.node)
        if _TYPES["string_type"] in wanted and found in {"a number", "true or false"}:
            return f"is {found}, not text", self._as_in(place.path, "put quotes around it")
        return f"is {found}, not {' or '.join(wanted)}", self._as_in(place.path, "change it")

    def _as_in(self, path: Path, fix: str) -> str:
        example = self.outline.example(self.tree, path)
        return f"{fix}, as in {example}" if example else fix

    def _flaw(self, node: Node, path: Path, what: str, fix: str) -> Flaw:
        line, column = node.mark
        problem = Problem(
            file=self.file, line=line, column=column, path=render_path(path), what=what, fix=fix
        )
        return Flaw(problem=problem, damaged=path, removed=node.path)


# --- private ---

_TYPES: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


_BOUNDS: Final = {
    "greater_than_equal": "at least",
    "less_than_equal": "at most",
    "greater_than": "more than",
    "less_than": "less than",
}


def _kind_of(node: Node) -> str:
    match node.value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case tuple():
            return "a list"
        case _:
            return "a mapping"


def _quoted(text: str) -> list[str]:
    return [part.strip().strip("'") for part in text.split(",")]


def _choice(value: object, choices: Sequence[str], prefix: str) -> str:
    nearest = get_close_matches(value, choices, n=1) if isinstance(value, str) else []
    return f"write {prefix}{nearest[0] if nearest else ' or '.join(choices)}"
