"""Is this the head of an answer such as the server has given before, to be read at a glance?

The quick way in front of `AnswerReader`, and never a more lenient one: what it reads is what the thorough
reader reads, and what it does not it leaves to that one. A pattern is made of the names of a head that has
been read thoroughly, each in its spelling; another head of the same names, with values of text alone, fits
it. There is one only where the answer has one length, and nothing else that frames it.
"""

import re
from typing import Final

from gateway.core.headers import Headers, Shape
from gateway.server.edge.limits import EdgeLimits
from gateway.server.http1.writer import TEXT

LENGTH: Final = re.compile(rb"[0-9]{1,18}")
"""No reader's 64-bit number overflows, and no body is that long."""


Glanced = tuple[int, Headers, int, int]
"""Status, headers, Content-Length and where the head ends, of a final answer of HTTP/1.1 that keeps open."""


class AnswerGlance:
    """Reads heads of the same names, in the same order and spelling, as one that was read thoroughly."""

    __slots__ = ("_connection_at", "_length_at", "_line_ends", "_match", "_shape")

    def __init__(self, names: tuple[bytes, ...], shape: Shape) -> None:
        """`names` as they are spelt; `is_plain` was said of their shape."""
        fields = [re.escape(name) + _FIELD for name in names]
        self._match = re.compile(b"".join((_START, *fields, b"\r\n"))).match
        self._shape = shape
        self._line_ends = 2 * (len(names) + 2)
        (self._length_at,) = shape.places(b"content-length")
        self._connection_at = shape.places(b"connection")

    def read(self, buffer: bytes, most: int) -> Glanced | None:
        """Give what stands at the beginning, if it is a whole head of no more than `most` octets."""
        found = self._match(buffer)
        if found is None:
            return None
        end = found.end()
        # Every octet that is no text, but for one CR and LF a line, makes this unequal.
        if end > most or len(found[0].translate(None, TEXT)) != self._line_ends:
            return None
        status, *texts = found.groups()
        values = tuple(map(_bare, texts))
        length = values[self._length_at]
        if LENGTH.fullmatch(length) is None:
            return None
        for place in self._connection_at:
            if values[place] != b"keep-alive":
                return None
        return int(status), Headers(self._shape, values), int(length), end


def glance_of(names: tuple[bytes, ...], shape: Shape, limits: EdgeLimits) -> AnswerGlance | None:
    """Give what reads such heads, made once for each list of names; None where that is not to be done."""
    if AnswerGlance in shape.findings:
        found: AnswerGlance | None = shape.findings[AnswerGlance]
        return found
    found = AnswerGlance(names, shape) if _is_plain(shape, limits) else None
    shape.findings[AnswerGlance] = found
    return found


# --- private ---

MAX_NAMES: Final = 48
"""A pattern of more costs more to make than it saves. The `re` module allows any number of groups."""

# One octet that is excluded is found many times faster than one of a class.
_START: Final = rb"HTTP/1\.1 ([2-5][0-9][0-9]) [^\r]*+\r\n"
_FIELD: Final = rb":[\t ]*+([^\r]*+)\r\n"
_bare: Final = bytes.rstrip
"""Of what the pattern takes, it strips space and tab."""


def _is_plain(shape: Shape, limits: EdgeLimits) -> bool:
    return (
        len(shape.names) <= min(MAX_NAMES, limits.answer_headers)
        and len(shape.places(b"content-length")) == 1
        and len(shape.places(b"connection")) <= 1
        and not shape.places(b"transfer-encoding")
        and not shape.places(b"upgrade")
    )
