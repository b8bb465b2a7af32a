"""Where did an exception come from, without what it said?

Classes, files, lines and functions are ours or a library's; messages, source lines and local variables
may hold a request. Files are named relative to where they are installed: no paths of the machine either.
"""

import traceback
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

MAX_FRAMES: Final = 40
"""The innermost are kept: a recursion says the same thing over and over."""
MAX_EXCEPTIONS: Final = 8
"""How many causes, contexts and members of groups are named."""


def class_name(error: BaseException) -> str:
    """`module.Class`, without the module for what is built in."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def stack_trace(error: BaseException) -> str:
    """Give the frames of an exception and of what led to it, one a line, outermost first.

    Never: a message, a note, a source line, a local variable, an absolute path.
    """
    lines: list[str] = []
    for each in _with_causes(error):
        lines.append(class_name(each))
        lines += (f"  {where}" for where in _frames(each))
    return "\n".join(lines)


# --- private ---


def _frames(error: BaseException) -> list[str]:
    frames = [
        f"{installed_path(frame.f_code.co_filename)}:{line} {frame.f_code.co_qualname}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return frames[-MAX_FRAMES:]


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, then what caused it or was being handled; groups with their members. Each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < MAX_EXCEPTIONS:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if cause is not None:
            waiting.append(cause)


_ROOTS: Final = ("site-packages", "dist-packages")


def installed_path(name: str) -> str:
    """Give `gateway/core/ask.py`, `aiohttp/client.py`, and for anything else the last part alone."""
    parts = PurePath(name).parts
    for root in _ROOTS:
        if root in parts:
            return "/".join(parts[_last(parts, root) + 1 :])
    if "gateway" in parts[:-1]:
        return "/".join(parts[_last(parts, "gateway") :])
    return parts[-1] if parts else "?"


def _last(parts: tuple[str, ...], part: str) -> int:
    return len(parts) - 1 - parts[::-1].index(part)
