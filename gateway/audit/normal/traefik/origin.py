"""Whose is this value, and where does it stand?"""

from typing import NamedTuple

from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.config.problem import render_path, show
from gateway.config.tree import Node


class Origin(NamedTuple):
    """An object, or a part of one of Traefik's files."""

    of: Object | None
    file: str
    owner: str
    """Of a file: `router api`."""
    node: Node

    def place(self, node: Node | None = None) -> Place:
        """Give the place of one of its values, or its own."""
        if self.of is not None:
            return self.of.place(node)
        where = self.node if node is None else node
        return Place(self.file, *where.mark, self.owner, render_path(where.path))


def of_object(one: Object) -> Origin:
    """An object of Kubernetes."""
    return Origin(one, one.file, one.owner, one.node)


def of_file(file: str, what: str, name: str, node: Node) -> Origin:
    """A part of a file: `of_file(file, "router", "api", node)`."""
    return Origin(None, file, f"{what} {show(name)}", node)
