"""What does the format say about this place?

Reads the generated JSON Schema, so that advice (known keys, examples) has one source: the models.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from gateway.config.problem import Path
from gateway.config.tree import Node

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """The JSON Schema of one kind of file."""

    root: Schema

    def keys(self, tree: Node, path: Path) -> tuple[str, ...]:
        """The keys that the mapping at this path may have; none where it may have any."""
        return tuple(self._at(tree, path).get("properties", {}))

    def tags(self, tree: Node, path: Path) -> tuple[str, ...]:
        """The kinds that the mapping at this path may be, where it is of none of them."""
        return tuple(self._at(tree, path).get(_TAGS, ()))

    def example(self, tree: Node, path: Path) -> str | None:
        """How the value at this path may look, as `key: value`."""
        if not path or not isinstance(path[-1], str):
            return None
        value = self.example_value(tree, path)
        return None if value is None else f"{path[-1]}: {_flow(value)}"

    def example_value(self, tree: Node, path: Path) -> object | None:
        """The same as JSON; None where the format gives no example."""
        field = self._at(tree, path[:-1]).get("properties", {}).get(path[-1], {})
        for candidate in (field, *field.get("anyOf", ())):
            if candidate.get("examples"):
                return cast("object", candidate["examples"][0])
        return None

    def _at(self, tree: Node, path: Path) -> Schema:
        schema, node = self._resolved(self.root, tree), tree
        for step in path:
            child = node.descendant((step,))
            if child is None:
                return {}
            schema, node = self._resolved(_step(schema, step), child), child
        return schema

    def _resolved(self, schema: Schema, node: Node) -> Schema:
        """Follow references, the tag of a union, and the one container among alternatives."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._resolved(self.root["$defs"][name], node)
        if "discriminator" in schema:
            tag = node.child(schema["discriminator"]["propertyName"])
            name = tag.value if tag is not None and isinstance(tag.value, str) else ""
            reference = schema["discriminator"]["mapping"].get(name)
            if reference is None:
                return {_TAGS: tuple(schema["discriminator"]["mapping"])}
            return self._resolved({"$ref": reference}, node)
        for candidate in schema.get("anyOf", ()):
            if "$ref" in candidate or candidate.get("type") in {"object", "array"}:
                return self._resolved(candidate, node)
        return schema


# --- private ---

_TAGS: Final = "tags"
"""No word of JSON Schema: marks a union whose kind is not known."""


def _step(schema: Schema, step: str | int) -> Schema:
    if isinstance(step, int):
        return cast("Schema", schema.get("items", {}))
    known = schema.get("properties", {}).get(step)
    if known is not None:
        return cast("Schema", known)
    for named_freely in schema.get("patternProperties", {}).values():
        return cast("Schema", named_freely)
    return {}


def _flow(value: object) -> str:
    """Write a value as YAML in flow style, with quotes only where YAML needs them."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if any(character in value for character in "{}[],*#\"'"):
            return json.dumps(value)
        case _:
            return str(value)
