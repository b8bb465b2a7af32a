"""Under which names does Envoy know the fields of its configuration?

Those of its protocol buffers, and the same in lowerCamelCase: `failureModeAllow` is `failure_mode_allow`, as
in what controllers and `/config_dump` write. https://protobuf.dev/programming-guides/json/
"""

import re
from dataclasses import replace
from typing import Final

from gateway.config.tree import Node

MAPS: Final = frozenset(
    {
        "typed_per_filter_config",
        "requirement_map",
        "providers",
        "policies",
        "context_extensions",
        "filter_metadata",
        "typed_filter_metadata",
    }
)
"""Their names are chosen by whoever writes them."""


def as_envoy_names(root: Node) -> Node:
    """Give the same configuration with the fields' own names; places and paths stay as written."""
    return _renamed(root, of_fields=True)


def own_name(name: str) -> str:
    """Give the name of a field that may be written in lowerCamelCase."""
    return _UPPER.sub(lambda found: f"_{found[0].lower()}", name) if _CAMEL.fullmatch(name) else name


# --- private ---

_CAMEL: Final = re.compile(r"[a-z][A-Za-z0-9]*")
_UPPER: Final = re.compile(r"[A-Z]")


def _renamed(node: Node, *, of_fields: bool) -> Node:
    match node.value:
        case dict() as members:
            found = {}
            for name, one in members.items():
                own = own_name(name) if of_fields else name
                found[own] = _renamed(one, of_fields=not (of_fields and own in MAPS))
            return replace(node, value=found)
        case tuple() as items:
            return replace(node, value=tuple(_renamed(one, of_fields=True) for one in items))
        case _:
            return node
