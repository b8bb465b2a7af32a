"""What does this field of a manifest say?

An object whose field is of another type than its API says is in no cluster. Read as if the field were
absent, it would mean more than it says: so it is refused.
"""

from collections.abc import Iterator

from gateway.config.problem import Unfit, show
from gateway.config.tree import Node


def at(node: Node | None, *steps: str) -> Node | None:
    """Go down by names; None where there is nothing, or `null`. Raises: Unfit where there is no mapping."""
    for step in steps:
        if node is None or node.value is None:
            return None
        if not isinstance(node.value, dict):
            raise Unfit(f"has no field {step}: it is not a mapping", _FIX)
        node = node.value.get(step)
    return None if node is None or node.value is None else node


def text(node: Node | None, *steps: str) -> str | None:
    """Give the text there; None where there is nothing, or an empty text. Raises: Unfit."""
    found = at(node, *steps)
    if found is None:
        return None
    if not isinstance(found.value, str):
        raise Unfit(f"{_name(steps)} is not text", _FIX)
    return found.value or None


def number(node: Node | None, *steps: str) -> int | None:
    """Give the whole number there. Raises: Unfit."""
    found = at(node, *steps)
    if found is None:
        return None
    if not isinstance(found.value, int) or isinstance(found.value, bool):
        raise Unfit(f"{_name(steps)} is not a whole number", _FIX)
    return found.value


def items(node: Node | None, *steps: str) -> tuple[Node, ...]:
    """Give the items of the list there; none where there is nothing. Raises: Unfit."""
    found = at(node, *steps)
    if found is None:
        return ()
    if not isinstance(found.value, tuple):
        raise Unfit(f"{_name(steps)} is not a list", _FIX)
    return found.value


def texts(node: Node | None, *steps: str) -> tuple[str, ...]:
    """Give the texts of the list there. Raises: Unfit."""
    return tuple(text(one) or "" for one in items(node, *steps))


def members(node: Node | None, *steps: str) -> Iterator[tuple[str, str, Node]]:
    """Give the mapping there, of texts: name, text, place. Raises: Unfit."""
    found = at(node, *steps)
    if found is None:
        return
    if not isinstance(found.value, dict):
        raise Unfit(f"{_name(steps)} is not a mapping", _FIX)
    for name, member in found.value.items():
        yield name, text(member) or "", member


def shown(value: str | None) -> str:
    """Print a text of a manifest in one line."""
    return "nothing" if value is None else show(value)


# --- private ---

_FIX = "correct the object, or print it with kubectl get -o yaml"


def _name(steps: tuple[str, ...]) -> str:
    return ".".join(map(show, steps)) or "an item"
