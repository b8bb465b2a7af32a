"""What does this field say, however its name is spelled?

Traefik's files do not mind large and small letters.
"""

from collections.abc import Iterator

from gateway.audit.estate.fields import at, items, text
from gateway.config.tree import Node


def get(node: Node | None, *steps: str) -> Node | None:
    """Go down by names; None where there is nothing, or `null`."""
    for step in steps:
        node = at(node, step) or _folded(node, step.lower())
    return node


def word(node: Node | None, *steps: str) -> str | None:
    """Give the text there."""
    return text(get(node, *steps))


def words(node: Node | None, *steps: str) -> tuple[str, ...]:
    """Give the texts of the list there, or of one text with commas in it."""
    found = get(node, *steps)
    if found is not None and isinstance(found.value, str):
        return tuple(part for part in (one.strip() for one in found.value.split(",")) if part)
    return tuple(one for one in (text(item) for item in items(found)) if one is not None)


def entries(node: Node | None, *steps: str) -> Iterator[tuple[str, Node]]:
    """Give the members of the mapping there: name, value; what is `null` is left out."""
    found = get(node, *steps)
    if found is not None and isinstance(found.value, dict):
        yield from ((name, one) for name, one in found.value.items() if one.value is not None)


def is_on(node: Node | None, *steps: str) -> bool:
    """Whether it says true."""
    return (word(node, *steps) or "").lower() == "true"


# --- private ---


def _folded(node: Node | None, step: str) -> Node | None:
    if node is None or not isinstance(node.value, dict):
        return None
    return next(
        (one for name, one in node.value.items() if name.lower() == step and one.value is not None), None
    )
