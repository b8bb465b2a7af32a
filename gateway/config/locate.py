"""Which place of the file does pydantic mean?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from gateway.config.problem import Path
from gateway.config.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One error of pydantic, and where in the file it is."""

    error: ErrorDetails
    node: Node
    """The deepest node on the way."""
    path: Path
    """Of the node, or of the key below it that is missing."""

    @property
    def kind(self) -> str:
        """Pydantic's name for the mistake."""
        return self.error["type"]

    @property
    def is_about_type(self) -> bool:
        """Whether the value is of the wrong JSON type."""
        return self.kind.endswith("_type")

    @property
    def may_follow(self) -> bool:
        """Whether it may be said only because of a mistake further down: bad items do not count."""
        return self.is_about_type or self.kind == "too_short"


def by_place(errors: Iterable[ErrorDetails], tree: Node) -> Mapping[Path, Sequence[Place]]:
    """Group the errors of one validation by place.

    Pydantic reports a union once for each alternative: where one of them fits better than by type, or
    explains a place further down, the others are left out.
    """
    grouped: dict[Path, list[Place]] = {}
    for error in errors:
        place = _locate(error, tree)
        grouped.setdefault(place.path, []).append(place)
    return {
        path: [place for place in group if not place.is_about_type] or group
        for path, group in grouped.items()
        if not (all(place.may_follow for place in group) and _explained_below(path, grouped))
    }


# --- private ---


def _explained_below(path: Path, grouped: Mapping[Path, object]) -> bool:
    return any(len(other) > len(path) and other[: len(path)] == path for other in grouped)


def _locate(error: ErrorDetails, tree: Node) -> Place:
    """Follow the location; tags of unions and names of types in it are no steps of the file."""
    node, tag_passed = tree, False
    for step in error["loc"]:
        if not tag_passed and step in _tags(node):
            tag_passed = True
        elif (child := node.child(step)) is not None:
            node, tag_passed = child, False
    missing = (error["loc"][-1],) if error["type"] == "missing" else ()
    return Place(error=error, node=node, path=node.path + missing)


def _tags(node: Node) -> set[object]:
    """What names the kind of this mapping: pydantic puts it into the location after the mapping."""
    tags = (node.child("type"), node.child("store"))
    return {tag.value for tag in tags if tag is not None and isinstance(tag.value, str)}
