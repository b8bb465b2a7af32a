"""How is a stream searched whose end is not known, and whose lines have no limit?

Line by line: what ends with its line is decided there, and given out. A private key or a wrapped token that
may go on is kept back until it ends, 64 KiB at most. Nothing depends on how the stream was cut into chunks.

A line longer than 1 MiB is cut where neither side knows of the other (`cut`). Where it cannot be, a secret
is too long, and is taken out up to the next white space, quote, angle or `&`; or all hangs together, and is
taken as one. Each is named `too-long` in place of a fingerprint, as is what is longer than 64 KiB. Of such a
one 128 KiB are kept while it is looked at. Memory is bounded by these figures and by one chunk.
"""

import re
from typing import Final, NamedTuple

from gateway.redact import settle
from gateway.redact.find import Finder
from gateway.redact.redacted_line import MarkOf
from gateway.redact.settle import Found, Wall
from gateway.redact.span import MAX_LINE_BYTES, MAX_LINES_BYTES, Span

REST: Final = "rest"
"""The type of a span that is the rest of one that was too long: octets that are given without their text."""


class Piece(NamedTuple):
    """What is decided: `text[start:end]`, with the secrets in it. One with no canonical form was too long.

    What is the rest of one has no text.
    """

    text: bytes
    start: int
    end: int
    spans: list[Span]
    also: tuple[Span, ...] = ()
    """Of rules of others, where it is only searched: some may have begun before `start`."""


class Stream:
    """Cuts a stream into pieces that are decided."""

    __slots__ = (
        "_at", "_dropped", "_finder", "_line", "_looked", "_mark_of", "_pending", "_pending_bytes",
        "_swallowing", "_taken", "_text", "_walls",
    )  # fmt: skip

    def __init__(self, finder: Finder, mark_of: MarkOf = settle.plain_mark) -> None:
        """`mark_of` is what will be written in a secret's place."""
        self._finder = finder
        self._mark_of = mark_of
        self._text = b""
        self._at = 0  # before it all was given out
        self._line = 0  # what was not looked at begins here, with a line or within one that is too long
        self._walls: tuple[Wall, ...] = ()
        self._pending: list[bytes] = []  # of a line that has not ended
        self._pending_bytes = 0
        self._taken: Span | None = None  # is too long: what was dropped of it stood at its end
        self._dropped = 0
        self._swallowing = False
        self._looked = 0  # so much of what is kept back was looked at

    def feed(self, chunk: bytes) -> list[Piece]:
        """Take the next octets, and give what is decided by them."""
        if self._swallowing:
            chunk = self._swallowed(chunk)
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        unread = len(self._text) - self._line + self._pending_bytes
        if b"\n" not in chunk and unread < MAX_LINE_BYTES:
            return []
        self._take()
        return self._decided()

    def close(self) -> list[Piece]:
        """Give the rest: nothing follows."""
        self._take()
        pieces = self._decided()
        return [*pieces, *self._given(self._find(len(self._text), whole=True))]

    # --- private ---

    def _take(self) -> None:
        """Join what was read, and let go of what was given out, but for what may still be looked at."""
        gone = max(0, self._at - self._finder.context_bytes)
        self._text = b"".join((self._text[gone:], *self._pending))
        self._pending.clear()
        self._pending_bytes = 0
        self._at -= gone
        self._line -= gone
        self._walls = tuple((at - gone, end - gone) for at, end in self._walls)
        if self._taken is not None:
            self._taken = self._taken._replace(start=self._taken.start - gone, end=self._taken.end - gone)

    def _decided(self) -> list[Piece]:
        """Look at the lines that end within so much, or at so much of one: it is the same for all chunks."""
        pieces: list[Piece] = []
        while not self._swallowing:
            limit = self._line + MAX_LINE_BYTES
            line_feed = self._text.rfind(b"\n", self._line, limit)
            if line_feed < 0 and len(self._text) < limit:
                break
            if line_feed >= 0 and self._waits(line_feed + 1):
                self._line = line_feed + 1
                continue
            found = self._find(line_feed + 1) if line_feed >= 0 else self._find(limit, stop=self._line)
            pieces += self._given(found)
            self._line = line_feed + 1 if line_feed >= 0 else max(self._line, self._at)
            self._looked = self._line - self._at
            if found.too_long is not None:
                self._drop(found.too_long)
        return pieces

    def _waits(self, end: int) -> bool:
        """Lines that many secrets join are not looked at again for each line more."""
        return self._looked > MAX_LINES_BYTES and end - self._at < self._looked + self._looked // 4

    def _find(self, end: int, *, whole: bool = False, stop: int | None = None) -> Found:
        return settle.find(
            self._finder,
            self._text,
            self._at,
            end,
            walls=self._walls,
            whole=whole,
            stop=stop,
            taken=self._taken,
            mark_of=self._mark_of,
        )

    def _given(self, found: Found) -> list[Piece]:
        text, at, end = self._text, self._at, found.settled
        self._at, self._walls = end, found.walls
        taken = self._taken
        if taken is None or end < taken.end:
            return [Piece(text, at, end, found.spans, found.also)]
        seam = next(one.end for one in found.spans if one.end >= taken.end)
        rest = Piece(b"", 0, self._dropped, [Span(0, self._dropped, REST, b"")])
        self._taken, self._dropped = None, 0
        return [
            Piece(text, at, seam, [one for one in found.spans if one.end <= seam], _until(found.also, seam)),
            rest,
            Piece(
                text, seam, end, [one for one in found.spans if one.start >= seam], _from(found.also, seam)
            ),
        ]

    def _drop(self, span: Span) -> None:
        """Keep the beginning of what is too long, and what follows it."""
        if self._taken is not None:
            span = span._replace(start=min(span.start, self._taken.start))
        kept = min(span.end, span.start + _KEPT_BYTES)
        behind = self._swallowed(self._text[span.end :])
        self._dropped += span.end - kept
        self._text = self._text[:kept] + behind
        self._taken = span._replace(end=kept)
        self._line = self._at

    def _swallowed(self, text: bytes) -> bytes:
        """Give what is left of it behind the rest of what is too long."""
        over = _PARTS.search(text)
        self._swallowing = over is None
        rest = text[over.start() :] if over is not None else b""
        self._dropped += len(text) - len(rest)
        return rest


# --- private ---

_KEPT_BYTES: Final = 2 * MAX_LINES_BYTES
_PARTS: Final = re.compile(rb"[\x00-\x20\"'<>&]")


def _until(spans: tuple[Span, ...], place: int) -> tuple[Span, ...]:
    return tuple(one for one in spans if one.start < place)


def _from(spans: tuple[Span, ...], place: int) -> tuple[Span, ...]:
    return tuple(one for one in spans if one.start >= place)
