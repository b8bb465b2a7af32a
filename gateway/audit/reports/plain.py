"""How does a text of somebody else's become one that does nothing?"""

from gateway.audit.estate.place import Place


def plain(text: str) -> str:
    r"""Write what is not printed as `\x1b` or `\u202e`.

    Control characters, ends of lines, marks that turn the direction, lone surrogates: what is left does
    nothing to a terminal, ends no line, and may stand in XML 1.0.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in text)


def whole(text: str) -> str:
    r"""Write lone surrogates as `\udc80`, and leave the rest as it is: for JSON."""
    return text.encode("utf-8", "backslashreplace").decode()


def sentence(text: str) -> str:
    """End it with a full stop, if it has none."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def position(place: Place) -> str:
    """Give `orders.yaml:3:5`."""
    return plain(f"{place.file}:{place.line}:{place.column}" if place.line else place.file)


# --- private ---


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
