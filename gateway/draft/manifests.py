"""Which objects are in this stream of manifests?

Several documents, and Lists as `kubectl get` prints them. Nothing here knows what an object means.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.config.problem import ConfigError, Problem, show
from gateway.config.tree import Node
from gateway.config.yaml_tree import NotYaml, read_stream
from gateway.draft.fields import items, text
from gateway.draft.rule import Found, Place

MAX_BYTES: Final = 4 << 20
MAX_OBJECTS: Final = 2000


class Manifest(NamedTuple):
    """One object."""

    file: str
    kind: str
    group: str
    """Of its API, without the version."""
    version: str
    namespace: str
    name: str
    node: Node

    def place(self, node: Node | None = None, below: str = "") -> Place:
        """Give the place of one of its values, or its own."""
        line, column = (node or self.node).mark
        owner = f"{show(self.kind)} {show(f'{self.namespace}/{self.name}' if self.namespace else self.name)}"
        return Place(self.file, line, column, f"{owner}: {below}" if below else owner)


def read_manifests(content: bytes, file: str, found: Found) -> tuple[Manifest, ...]:
    """Give every object; what is none, or has a key twice, is left out and said.

    Raises: ConfigError where the stream cannot be read at all, or is too large.
    """
    if len(content) > MAX_BYTES:
        raise ConfigError([_whole(file, "is larger than 4 MiB", "give only the objects of one host")])
    try:
        documents = read_stream(content.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        raise ConfigError([_whole(file, "is not UTF-8", "save it as UTF-8")]) from None
    except NotYaml as error:
        raise ConfigError([error.problem]) from None
    manifests: list[Manifest] = []
    for root, duplicates in documents:
        if duplicates:  # which of the two counts is the reader's choice
            found.left_out += duplicates
            continue
        manifests += _objects(root, file)
        if len(manifests) > MAX_OBJECTS:
            what = f"holds more than {MAX_OBJECTS} objects"
            raise ConfigError([_whole(file, what, "give only the objects of one host")])
    return tuple(manifests)


# --- private ---


def _objects(node: Node, file: str) -> Iterator[Manifest]:
    kind = text(node, "kind") or ""
    if kind.endswith("List") and node.child("items") is not None:
        for item in items(node, "items"):
            yield from _objects(item, file)
        return
    group, slash, version = (text(node, "apiVersion") or "").partition("/")
    yield Manifest(
        file=file,
        kind=kind,
        group=group if slash else "",
        version=version if slash else group,
        namespace=text(node, "metadata", "namespace") or "",
        name=text(node, "metadata", "name") or "",
        node=node,
    )


def _whole(file: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=1, column=1, path="", what=what, fix=fix)
