"""What is a file, as values that remember where they were written?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.config.problem import Path

Plain = str | int | float | bool | None | tuple["Plain", ...] | dict[str, "Plain"]
Mark = tuple[int, int]
"""Line and column, both from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of the file, with its place in it."""

    path: Path
    """In the file as written, also after neighbors were left out."""
    mark: Mark
    value: "str | int | float | bool | tuple[Node, ...] | dict[str, Node] | None"

    def plain(self) -> Plain:
        """Give the value without places."""
        match self.value:
            case dict() as members:
                return {key: node.plain() for key, node in members.items()}
            case tuple() as items:
                return tuple(node.plain() for node in items)
            case scalar:
                return scalar

    def child(self, step: str | int) -> "Node | None":
        """Give the member or item of that name or position, if there is one."""
        match self.value:
            case dict() as members if isinstance(step, str):
                found: Node | None = members.get(step)
            case tuple() as items if isinstance(step, int) and 0 <= step < len(items):
                found = items[step]
            case _:
                found = None
        return found

    def descendant(self, path: Path) -> "Node | None":
        """Follow the original steps: positions shift where neighbors were left out."""
        node: Node | None = self
        for step in path:
            node = node._original_child(step) if node else None  # noqa: SLF001 - of its own class
        return node

    def _original_child(self, step: str | int) -> "Node | None":
        match self.value, step:
            case tuple() as items, int():
                return next((item for item in items if item.path[-1] == step), None)
            case _:
                return self.child(step)

    def walk(self) -> Iterator["Node"]:
        """Give this node and all below it."""
        yield self
        match self.value:
            case dict() as members:
                for node in members.values():
                    yield from node.walk()
            case tuple() as items:
                for node in items:
                    yield from node.walk()
            case _:
                pass

    def without(self, paths: frozenset[Path]) -> "Node":
        """The same tree without the nodes of these paths."""
        if not paths:
            return self
        match self.value:
            case dict() as members:
                kept = {k: n.without(paths) for k, n in members.items() if n.path not in paths}
                return replace(self, value=kept)
            case tuple() as items:
                return replace(self, value=tuple(n.without(paths) for n in items if n.path not in paths))
            case _:
                return self

    def with_member(self, path: Path, member: "Node") -> "Node":
        """The same tree with one more member; `path` is where it goes, by original steps."""
        if self._original_child(path[0]) is None or len(path) == 1:
            return replace(self, value={**self._members(), str(path[0]): member})
        match self.value:
            case tuple() as items:
                kept = tuple(n.with_member(path[1:], member) if n.path[-1] == path[0] else n for n in items)
                return replace(self, value=kept)
            case _:
                below = self._members()[str(path[0])].with_member(path[1:], member)
                return replace(self, value={**self._members(), str(path[0]): below})

    def _members(self) -> "dict[str, Node]":
        return self.value if isinstance(self.value, dict) else {}


def written_at(mark: Mark, path: Path, value: object) -> Node:
    """Make a tree of a JSON value, as if all of it were written in one place."""
    match value:
        case dict():
            members = {key: written_at(mark, (*path, key), one) for key, one in value.items()}
            return Node(path=path, mark=mark, value=members)
        case list():
            items = tuple(written_at(mark, (*path, i), one) for i, one in enumerate(value))
            return Node(path=path, mark=mark, value=items)
        case str() | int() | float() | None:
            return Node(path=path, mark=mark, value=value)
        case _:
            raise TypeError(type(value).__name__)
