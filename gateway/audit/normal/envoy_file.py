"""Which listeners, routes and clusters are in a file of Envoy, and where does each stand?"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.place import Place
from gateway.audit.estate.proxy_files import ProxyKind
from gateway.config.problem import render_path, show
from gateway.config.tree import Node


class File(NamedTuple):
    """One file."""

    name: str
    root: Node

    def place(self, node: Node | None) -> Place:
        """Give the place of a value; of a named thing its name as well."""
        where = self.root if node is None else node
        name = text(where, "name")
        return Place(self.name, *where.mark, show(name) if name else "", render_path(where.path))


def files_of(estate: Estate) -> Iterator[File]:
    """Give Envoy's files."""
    for one in estate.files:
        if one.kind is ProxyKind.ENVOY and one.root is not None:
            yield File(one.file, one.root)


def is_a(config: Node | None, name: str) -> bool:
    """Whether a `typed_config` is of this message, of any version."""
    return (text(config, "@type") or "").endswith(f".{name}")


def resources(file: File, static: str, message: str) -> Iterator[Node]:
    """Give what is written in the bootstrap, and what is in a file of resources by itself."""
    yield from items(file.root, "static_resources", static)
    yield from (one for one in items(file.root, "resources") if is_a(one, message))


class Cluster(NamedTuple):
    """Where requests go."""

    file: File
    node: Node

    @property
    def addresses(self) -> tuple[str, ...]:
        """Give the addresses of its endpoints."""
        endpoints = (
            end
            for group in items(self.node, "load_assignment", "endpoints")
            for end in items(group, "lb_endpoints")
        )
        found = (at(one, "endpoint", "address", "socket_address") for one in endpoints)
        return tuple(text(one, "address") or "" for one in found)

    @property
    def tls(self) -> Node | None:
        """Give what is said of TLS to it; None where it is asked in the clear."""
        return at(self.node, "transport_socket", "typed_config")


class Clusters:
    """Those of all files, by name."""

    def __init__(self, files: Iterable[File]) -> None:
        self._by_name = {
            text(one, "name") or "": Cluster(file, one)
            for file in files
            for one in resources(file, "clusters", "Cluster")
        }

    def get(self, name: str) -> Cluster | None:
        """Give one."""
        return self._by_name.get(name)
