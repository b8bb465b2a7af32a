"""What does this field of an object say, if anything?

Nothing is refused here: a field of another type than its API says counts as absent, which is how a rule on
what has to be there finds it.
"""

from collections.abc import Iterator

from gateway.config.tree import Node


def at(node: Node | None, *steps: str) -> Node | None:
    """Go down by names; None where there is nothing, or `null`."""
    for step in steps:
        if node is None or not isinstance(node.value, dict):
            return None
        node = node.value.get(step)
    return None if node is None or node.value is None else node


def text(node: Node | None, *steps: str) -> str | None:
    """Give the text there. A number or a truth value is given as it would be written."""
    found = at(node, *steps)
    match None if found is None else found.value:
        case str() as value:
            return value
        case bool() as value:
            return "true" if value else "false"
        case int() | float() as value:
            return str(value)
        case _:
            return None


def number(node: Node | None, *steps: str) -> int | None:
    """Give the whole number there."""
    found = at(node, *steps)
    value = None if found is None else found.value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(node: Node | None, *steps: str) -> bool | None:
    """Give the truth value there."""
    found = at(node, *steps)
    value = None if found is None else found.value
    return value if isinstance(value, bool) else None


def items(node: Node | None, *steps: str) -> tuple[Node, ...]:
    """Give the items of the list there; none where there is no list."""
    found = at(node, *steps)
    return found.value if found is not None and isinstance(found.value, tuple) else ()


def texts(node: Node | None, *steps: str) -> tuple[str, ...]:
    """Give the texts of the list there; what is no text is left out."""
    return tuple(found for found in (text(one) for one in items(node, *steps)) if found is not None)


def members(node: Node | None, *steps: str) -> Iterator[tuple[str, Node]]:
    """Give the members of the mapping there: name, value."""
    found = at(node, *steps)
    if found is not None and isinstance(found.value, dict):
        yield from found.value.items()
