"""What stands where a secret was redacted before, and what only looks so?

`replace` writes `[REDACTED:<type>:<fingerprint>]`, and so can anybody else. So a mark protects nothing that
stands beside it: a value is judged without the marks in it, and goes with them. Alone it is left as it is, so
that what was redacted once does not change.
"""

import re
from collections.abc import Iterable
from typing import Final

from gateway.redact.span import Span

_PART: Final = "(?:[a-z]{1,20}|[a-z0-9]{1,9})"
_TYPE: Final = f"{_PART}(?:-{_PART}){{0,9}}"
"""Words, with hyphens between. Not any text: a secret in the place of a type is none."""

MARK: Final = re.compile(rf"\[REDACTED:{_TYPE}:(?:tfp1_[a-z2-7]{{16}}|too-long)\]".encode())
"""What `replace` writes."""

MAX_MARK_BYTES: Final = 256

_WHOLE: Final = r"\[(?i:redacted)[^\[\]\x00-\x1f\"'\\&]{0,140}\]"
LOOSE: Final = rf"(?:{_WHOLE}|\[(?i:redacted)[A-Za-z0-9:_-]*)"
"""What only looks like one, or like its beginning."""


def is_type(text: str) -> bool:
    """Whether it can be the type in a mark."""
    return len(text) <= _MAX_TYPE and _IS_TYPE.fullmatch(text) is not None


def holds_marks(text: bytes) -> bool:
    """Whether one may be in it, or what looks like one."""
    return b"[" in text and _BEGUN.search(text) is not None


def without_marks(text: bytes) -> bytes:
    """Give what is left when those that `replace` may have written are taken out."""
    return MARK.sub(b"", text) if _BEGINNING in text else text


def readings(value: bytes) -> tuple[bytes, ...]:
    """Give what the value may be, if what looks like a mark was put into it: as it is for most."""
    if not holds_marks(value):
        return (value,)
    value = without_marks(value)
    bare = _CLOSED.sub(b"", value)
    return (value, _LOOSE.sub(b"", value), _EDGES.sub(b"", value), _EDGES.sub(b"", bare))


def with_whole_marks(text: bytes, spans: Iterable[Span], limit: int) -> tuple[Span, ...]:
    """Give them wider, where they begin or end within a mark, and none that is nothing but marks."""
    return tuple(one for span in spans if (one := _with_whole_marks(text, span, limit)) is not None)


def touching(text: bytes, at: int, end: int) -> int:
    """Give where a secret ends that ends at `at`, and goes on behind what looks like a mark."""
    if not text.startswith(b"[", at):
        return at
    found = _TAIL.match(text, at, end)
    return at if found is None else found.end()


# --- private ---

_BEGINNING: Final = b"[REDACTED:"
_MAX_TYPE: Final = 64
_IS_TYPE: Final = re.compile(_TYPE)
_BEGUN: Final = re.compile(rb"\[(?i:redacted)")
_LOOSE: Final = re.compile(LOOSE.encode())
_CLOSED: Final = re.compile(_WHOLE.encode())
_EDGES: Final = re.compile(rb"\[(?i:redacted):?|[\[\]]")
_TAIL: Final = re.compile(rf"(?:{LOOSE}[A-Za-z0-9_.~=%+/-]*+)+".encode())


def _with_whole_marks(text: bytes, span: Span, limit: int) -> Span | None:
    start, end = span.start, span.end
    if text.find(_BEGINNING, max(0, start - MAX_MARK_BYTES), end) < 0:
        return span
    for place in (start, end):
        begun = text.rfind(_BEGINNING, max(0, place - MAX_MARK_BYTES), place)
        mark = MARK.match(text, begun, limit) if begun >= 0 else None
        if mark is not None and mark.end() > place:
            start, end = min(start, begun), max(end, mark.end())
    return span._replace(start=start, end=end) if without_marks(text[start:end]) else None
