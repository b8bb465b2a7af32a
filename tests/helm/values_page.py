"""What does values.yaml say of each value: its default, its words, its schema?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.helm.chart import CHART

VALUES: Final = CHART / "values.yaml"
_MARK: Final = "@schema "


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One key of the page. `schema` is what its `@schema` line says; None where there is none."""

    path: tuple[str, ...]
    default: Any
    text: str
    schema: dict[str, Any] | None
    parts: tuple["Value", ...]
    """Of a section; a value that has a schema of its own is taken as a whole."""

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def leaves(self) -> Iterator["Value"]:
        """The values without sections."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def values() -> tuple[Value, ...]:
    """Read the page."""
    text = VALUES.read_text()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    return _read(root, (), text.splitlines())


def defaults() -> dict[str, Any]:
    """The page as Helm reads it."""
    read: dict[str, Any] = yaml.safe_load(VALUES.read_text())
    return read


# --- private ---


def _read(node: yaml.MappingNode, path: tuple[str, ...], lines: list[str]) -> tuple[Value, ...]:
    found = []
    for key, held in node.value:
        here = (*path, key.value)
        words, schema = _comment(lines, key.start_mark.line)
        section = isinstance(held, yaml.MappingNode) and held.value and schema is None
        found.append(
            Value(
                path=here,
                default=yaml.safe_load(yaml.serialize(held)),
                text=words,
                schema=schema,
                parts=_read(held, here, lines) if section else (),
            )
        )
    return tuple(found)


def _comment(lines: list[str], number: int) -> tuple[str, dict[str, Any] | None]:
    """The lines of a comment right above a key; a blank line or another key ends it."""
    words: list[str] = []
    schema = None
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
        line = lines[number].lstrip().removeprefix("#").strip()
        if line.startswith(_MARK):
            schema = json.loads(line.removeprefix(_MARK))
        else:
            words.insert(0, line)
    return " ".join(words), schema
