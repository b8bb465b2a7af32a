"""Which answer do an upstream's bytes give, if every strict reader reads the same?

llhttp parses each head; the body is not its business, because it cannot be told of HEAD. A second, simpler
count of the lines must agree with it. An answer whose end is in doubt is no answer (RFC 9112 6.3, 11.1). One
that is like those before is read at a glance (`answer_glance`).
"""

from typing import Final, NamedTuple

import httptools

from gateway.core.headers import Headers, Shape, shape_of
from gateway.server.edge.answer_glance import LENGTH, AnswerGlance, glance_of
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.request_head import HOP_BY_HOP


class FaultyAnswer(ValueError):
    """The upstream's bytes are not an answer that we pass on. Holds nothing of them."""


class AnswerHead(NamedTuple):
    """One head, interim or final."""

    status: int
    headers: Headers
    length: int | None
    """What Content-Length says; None where it says nothing."""
    chunked: bool
    keeps: bool
    """Whether the upstream lets its connection stay."""
    nominated: frozenset[bytes]
    """Names that its Connection takes away (RFC 9110 7.6.1)."""

    def __repr__(self) -> str:
        return f"AnswerHead({self.status})"


class AnswerReader:
    """Collects the bytes of one upstream connection and gives the heads that are complete.

    After a head that has a body, `take` what follows. After a `FaultyAnswer` it must not be used again.
    """

    __slots__ = ("_buffer", "_glance", "_last", "_limits", "_names", "_values", "_whole")

    def __init__(self, limits: EdgeLimits) -> None:
        self._limits = limits
        self._buffer = b""
        self._last: Shape | None = None
        self._glance: AnswerGlance | None = None

    @property
    def empty(self) -> bool:
        """Nothing has been fed that was not given."""
        return not self._buffer

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer = self._buffer + data if self._buffer else data

    def take(self) -> bytes:
        """Give up what stands behind the last head."""
        rest, self._buffer = self._buffer, b""
        return rest

    def next(self) -> AnswerHead | None:
        """Give the next head; None if it is not complete yet. Raises: FaultyAnswer."""
        buffer = self._buffer
        if self._glance is not None:
            glanced = self._glance.read(buffer, self._limits.answer_head_bytes)
            if glanced is not None:
                status, headers, length, end = glanced
                self._buffer = buffer[end:]
                return AnswerHead(status, headers, length, False, True, _NONE)  # noqa: FBT003 -- in order
        end = buffer.find(_END) + 4
        if end < 4:
            if len(buffer) > self._limits.answer_head_bytes or not buffer.startswith(_START[: len(buffer)]):
                raise FaultyAnswer
            return None
        head, self._buffer = buffer[:end], buffer[end:]
        return self._read(head)

    # --- called by the parser ---

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header. llhttp leaves the white space behind a value (RFC 9112 5.1)."""
        self._names.append(name)
        self._values.append(value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Note that llhttp sees the end of the head."""
        self._whole = True

    # --- private ---

    def _read(self, head: bytes) -> AnswerHead:
        self._names: list[bytes] = []
        self._values: list[bytes] = []
        self._whole = False
        parser = httptools.HttpResponseParser(self)
        try:
            parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            pass  # raised at the end of a 101
        except httptools.HttpParserError:
            raise FaultyAnswer from None
        names, limits = self._names, self._limits
        if (
            not self._whole
            or not head.startswith((b"HTTP/1.1 ", b"HTTP/1.0 "))
            or head.count(b"\n") != len(names) + 2
            or len(head) > limits.answer_head_bytes
            or len(names) > limits.answer_headers
        ):
            raise FaultyAnswer
        spelt = tuple(names)
        shape = shape_of(spelt)
        if shape is self._last:  # twice in a row: the server's way, and one that is remembered
            self._glance = glance_of(spelt, shape, limits)
        self._last = shape
        headers = Headers(shape, tuple(self._values))
        return _head(parser.get_status_code(), headers, http_1_1=head.startswith(b"HTTP/1.1"))


# --- private ---

_START: Final = b"HTTP/1."
_END: Final = b"\r\n\r\n"


class _Framing(NamedTuple):
    """Where the headers stand that frame an answer."""

    length: tuple[int, ...]
    coding: tuple[int, ...]
    connection: tuple[int, ...]


def _head(status: int, headers: Headers, *, http_1_1: bool) -> AnswerHead:
    """Check the headers that frame the answer: two that say it, or one that is odd, and it is none."""
    if not 100 <= status <= 599:
        raise FaultyAnswer
    shape, values = headers.shape, headers.values
    framing: _Framing = shape.findings.get(_Framing) or _framing_of(shape)
    if len(framing.length) + len(framing.coding) > 1:
        raise FaultyAnswer
    length = None
    for place in framing.length:
        if LENGTH.fullmatch(values[place]) is None:
            raise FaultyAnswer
        length = int(values[place])
    for place in framing.coding:
        if not http_1_1 or values[place].lower() != b"chunked":
            raise FaultyAnswer
    keeps, nominated = http_1_1, _NONE
    for place in framing.connection:
        if values[place] != b"keep-alive":  # what most say; it adds nothing
            options = frozenset([option.strip(b" \t") for option in values[place].lower().split(b",")])
            keeps = keeps and b"close" not in options
            nominated |= options - _OPTIONS
    return AnswerHead(status, headers, length, bool(framing.coding), keeps, nominated)


_NONE: Final[frozenset[bytes]] = frozenset()
_OPTIONS: Final = frozenset((b"", b"close", *HOP_BY_HOP))


def _framing_of(shape: Shape) -> _Framing:
    names = (b"content-length", b"transfer-encoding", b"connection")
    framing = shape.findings[_Framing] = _Framing(*map(shape.places, names))
    return framing
