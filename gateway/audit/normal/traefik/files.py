"""Which of Traefik's files were given, as themselves and as values of ConfigMaps?"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import members
from gateway.audit.estate.objects import Object
from gateway.audit.estate.proxy_files import ProxyKind, kind_of_tree
from gateway.audit.estate.toml_syntax import Under, read_toml
from gateway.audit.estate.yaml_objects import read_embedded
from gateway.audit.normal.traefik.origin import Origin, of_file, of_object
from gateway.config.tree import Node


class File(NamedTuple):
    """One of them."""

    root: Node
    file: str
    of: Object | None
    """The ConfigMap that holds it."""

    @property
    def is_static(self) -> bool:
        """Whether it says how Traefik is started; else it says where requests go."""
        return isinstance(self.root.value, dict) and any(one.lower() in _STATIC for one in self.root.value)

    def origin(self, what: str, name: str, node: Node) -> Origin:
        """Give whose a part of it is."""
        return of_file(self.file, what, name, node) if self.of is None else of_object(self.of)


def files(estate: Estate) -> tuple[File, ...]:
    """Give all of them."""
    return (*_themselves(estate), *_in_config_maps(estate))


# --- private ---

_STATIC: Final = frozenset({"entrypoints", "providers"})
_TELLING: Final = re.compile(
    r"^[ \t]*\[*\"?(?:entrypoints|providers|http|tcp|certificatesresolvers)\b", re.MULTILINE | re.IGNORECASE
)


def _themselves(estate: Estate) -> Iterator[File]:
    for one in estate.files:
        if one.kind is ProxyKind.TRAEFIK and one.root is not None:
            yield File(one.root, one.file, None)


def _in_config_maps(estate: Estate) -> Iterator[File]:
    for one in estate.of("ConfigMap", ""):
        for name, node in members(one.node, "data"):
            if isinstance(node.value, str) and _TELLING.search(node.value):
                root = _embedded(name, node, node.value, one.file)
                if root is not None and kind_of_tree(root) is ProxyKind.TRAEFIK:
                    yield File(root, one.file, one)


def _embedded(name: str, node: Node, written: str, file: str) -> Node | None:
    if name.endswith(".toml"):
        return read_toml(written, file, Under(node.path, node.mark[0])).root
    return read_embedded(node, file) if name.endswith((".yml", ".yaml")) else None
