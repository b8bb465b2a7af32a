"""Where does a body end, and which octets are its content?

Three ways (RFC 9112 6.3): a length, chunks, or, of an answer alone, the end of the connection. Each reader is
fed what arrives and gives the content of it; what stands behind the end is `rest`.
"""

import re
from typing import Final, Protocol

LAST_CHUNK: Final = b"0\r\n\r\n"


class MalformedBody(ValueError):
    """The octets are not chunks that every reader reads alike. Holds nothing of them."""


class Body(Protocol):
    """One body, as it arrives."""

    ended: bool
    rest: bytes
    """Once it has ended: what was fed beyond."""

    def feed(self, data: bytes) -> bytes:
        """Give the content in `data`, which may be none. Raises: MalformedBody."""


class SizedBody:
    """A body of known length."""

    __slots__ = ("ended", "left", "rest")

    def __init__(self, length: int) -> None:
        self.left = length
        self.ended = not length
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Give as much as is the body's."""
        left = self.left - len(data)
        if left > 0:
            self.left = left
            return data
        self.ended = True
        if not left:
            self.left = 0
            return data
        whole, self.left = self.left, 0
        self.rest = data[whole:]
        return data[:whole]


class EndlessBody:
    """A body that ends with the connection."""

    __slots__ = ("ended", "rest")

    def __init__(self) -> None:
        self.ended = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Give all."""
        return data


class ChunkedBody:
    """A chunked body: exactly the grammar of RFC 9112 7.1, with CRLF alone.

    Extensions are ignored, as 7.1.1 demands, where they are well-formed; trailers are checked and dropped,
    which 6.5.1 allows: none that we could merge or pass on is worth the second set of headers. Both are
    bounded by what they cost beside the content.
    """

    __slots__ = ("_excess", "_held", "_in_trailers", "_left", "_line_end_due", "ended", "rest")

    def __init__(self) -> None:
        self._held = b""
        self._left = 0
        self._excess = 0
        self._line_end_due = self._in_trailers = False
        self.ended = False
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Give the content, joined."""
        data = self._held + data
        pieces: list[bytes] = []
        at = 0
        while not self.ended:
            if self._left:
                piece = data[at : at + self._left]
                if not piece:
                    break
                pieces.append(piece)
                self._left -= len(piece)
                at += len(piece)
                self._line_end_due = True
                continue
            end = data.find(b"\n", at, at + MAX_LINE) + 1
            if not end:
                self._check_part(data, at)
                break
            self._take_line(data[at:end])
            at = end
        if self.ended:
            self._held, self.rest = b"", data[at:]
        else:
            self._held = data[at:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _check_part(self, data: bytes, at: int) -> None:
        """Refuse what cannot become a line any more, before anybody waits for its end."""
        part = data[at : at + MAX_LINE]
        if len(part) >= MAX_LINE or (self._line_end_due and part not in (b"", b"\r")):
            raise MalformedBody

    def _take_line(self, line: bytes) -> None:
        if self._line_end_due:
            if line != b"\r\n":
                raise MalformedBody
            self._line_end_due = False
        elif self._in_trailers:
            self._take_trailer(line)
        else:
            self._take_size(line)

    def _take_size(self, line: bytes) -> None:
        found = _SIZE_LINE.fullmatch(line)
        if found is None:
            raise MalformedBody
        self._left = int(found[1], 16)
        self._in_trailers = not self._left
        self._count(len(line) - ALLOWANCE - self._left)

    def _take_trailer(self, line: bytes) -> None:
        if line == b"\r\n":
            self.ended = True
        elif _TRAILER.fullmatch(line) is None:
            raise MalformedBody
        else:
            self._count(len(line))

    def _count(self, excess: int) -> None:
        """Bound extensions and trailers by the content that they come with (7.1.1, last paragraph)."""
        self._excess = max(self._excess + excess, 0)
        if self._excess > MAX_EXCESS:
            raise MalformedBody


def chunk(piece: bytes) -> bytes:
    """Write one chunk. An empty one would be the last: gives nothing instead."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


MAX_LINE: Final = 4096
"""Of a chunk's size with its extensions, or of a trailer."""
MAX_EXCESS: Final = 16 * 1024
ALLOWANCE: Final = 16
"""What a chunk's first line may cost beside its content: a size that is padded with zeros, say."""

_NAME: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED: Final = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
# 15 digits: no reader's 64-bit number overflows, and no body is that long.
_SIZE_LINE: Final = re.compile(
    rb"([0-9A-Fa-f]{1,15})"
    rb"(?:[ \t]*+;[ \t]*+" + _NAME + rb"(?:[ \t]*+=[ \t]*+(?:" + _NAME + rb"|" + _QUOTED + rb"))?)*\r\n"
)
_TRAILER: Final = re.compile(_NAME + rb":[\t -~\x80-\xff]*+\r\n")
