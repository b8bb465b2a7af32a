"""How is a stream searched whose end is not known, and whose lines have no limit?

Line by line: what ends with its line is decided there, and given out. A private key or a wrapped token that
may go on is kept back until it ends, 64 KiB at most. Nothing depends on how the stream was cut into chunks.

A line longer than 1 MiB is searched in pieces that overlap by 64 KiB. A secret in it that is longer than the
overlap is taken out up to the next white space, quote, angle or `&`, and is named `too-long` in place of a
fingerprint. Memory is bounded by these figures and by one chunk.
"""

import re
from typing import Final, NamedTuple

from gateway.redact.find import Finder
from gateway.redact.span import MAX_LINES_BYTES, Span

MAX_LINE_BYTES: Final = 1 << 20
OVERLAP_BYTES: Final = MAX_LINES_BYTES
REST: Final = "rest"
"""The type of a span that is the rest of one that was too long, and was given before."""


class Piece(NamedTuple):
    """What is decided: `text[start:end]`, with the secrets in it. One with no canonical form was too long."""

    text: bytes
    start: int
    end: int
    spans: list[Span]
    also: tuple[Span, ...] = ()
    """Of rules of others, where it is only searched: some may have begun before `start`."""


class Stream:
    """Cuts a stream into pieces that are decided."""

    __slots__ = ("_at", "_finder", "_floor", "_line", "_pending", "_pending_bytes", "_swallowing", "_text")

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._text = b""
        self._at = 0  # before it all was given out
        self._line = 0  # what was not looked at begins here, with a line or within one that is too long
        self._floor = 0
        self._pending: list[bytes] = []  # of a line that has not ended
        self._pending_bytes = 0
        self._swallowing = False

    def feed(self, chunk: bytes) -> list[Piece]:
        """Take the next octets, and give what is decided by them."""
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        unread = len(self._text) - self._line + self._pending_bytes
        if b"\n" not in chunk and not self._swallowing and unread < MAX_LINE_BYTES:
            return []
        self._take()
        return self._decided()

    def close(self) -> list[Piece]:
        """Give the rest: nothing follows."""
        self._take()
        pieces = self._decided()
        found = self._finder.find(self._text, self._at, floor=self._floor)
        return [*pieces, Piece(self._text, self._at, len(self._text), found.spans, found.also)]

    # --- private ---

    def _take(self) -> None:
        """Join what was read, and let go of what was given out, but for what may still be looked at."""
        gone = max(0, self._at - self._finder.context_bytes)
        self._text = b"".join((self._text[gone:], *self._pending))
        self._pending.clear()
        self._pending_bytes = 0
        self._at -= gone
        self._line -= gone
        self._floor = max(0, self._floor - gone)

    def _decided(self) -> list[Piece]:
        pieces: list[Piece] = []
        while True:
            if self._swallowing:
                pieces.append(self._swallow())
            limit = self._line + MAX_LINE_BYTES
            line_feed = self._text.rfind(b"\n", self._line, limit)
            if line_feed >= 0:
                pieces.append(self._lines(line_feed + 1))
            elif len(self._text) >= limit and not self._swallowing:
                pieces.append(self._part_of_a_line(limit))
            else:
                return pieces

    def _lines(self, end: int) -> Piece:
        found = self._finder.find(self._text, self._at, end, floor=self._floor, whole=False)
        piece = Piece(self._text, self._at, found.settled, found.spans, found.also)
        self._at, self._line, self._floor = found.settled, end, found.floor
        return piece

    def _part_of_a_line(self, end: int) -> Piece:
        """What begins in the overlap is looked at again, with what follows."""
        found = self._finder.find(self._text, self._at, end, floor=self._floor, whole=False)
        decided = end - OVERLAP_BYTES
        spans = [span for span in found.spans if span.start < decided]
        if spans and spans[-1].end == end:
            spans[-1] = spans[-1]._replace(canonical=b"")
            self._swallowing = True
        begun, self._at = self._at, max(decided, spans[-1].end if spans else 0)
        self._line, self._floor = end, spans[-1].end if spans else self._floor
        also = tuple(span for span in found.also if span.end <= decided)  # the others are found again
        return Piece(self._text, begun, self._at, spans, also)

    def _swallow(self) -> Piece:
        """The rest of a secret that was too long."""
        begun = self._line
        over = _PARTS.search(self._text, begun)
        end = len(self._text) if over is None else over.start()
        self._swallowing = over is None
        self._at = self._line = self._floor = end
        return Piece(self._text, begun, end, [Span(begun, end, REST, b"")])


# --- private ---

_PARTS: Final = re.compile(rb"[\x00-\x20\"'<>&]")
