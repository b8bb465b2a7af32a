"""How does a text look without its secrets?

Each is replaced by `[REDACTED:<type>:<fingerprint>]`, which holds nothing that JSON would escape, so a line
of JSON stays one. Everything else comes out octet for octet.
"""

from collections.abc import Iterable
from typing import Final

from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.span import Span
from gateway.redact.stream import REST, Piece, Stream

TOO_LONG: Final = "too-long"


class Names:
    """The fingerprints of what was found: the same tokens come again and again, and each is reckoned once.

    Holds no more than some thousands of them, for as long as what is searched is held.
    """

    __slots__ = ("_fingerprints", "_known")

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._known: dict[bytes, str] = {}

    def of(self, span: Span) -> str:
        """Give the one of its plain spelling, as the gateway's decision records have it."""
        if not span.canonical:
            return TOO_LONG
        name = self._known.get(span.canonical)
        if name is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            name = self._known[span.canonical] = self._fingerprints.token(span.canonical)
        return name

    def mark_of(self, span: Span) -> bytes:
        """Give what stands in its place."""
        return f"[REDACTED:{span.type}:{self.of(span)}]".encode()


class Redactor:
    """Redacts one stream. What it has written it leaves as it is; see `mark` for what stands beside it."""

    __slots__ = ("_names", "_stream", "found")

    def __init__(self, finder: Finder, fingerprints: Fingerprints) -> None:
        self._names = Names(fingerprints)
        self._stream = Stream(finder, self._names.mark_of)
        self.found = 0

    def feed(self, chunk: bytes) -> bytes:
        """Take octets, and give those that can be passed on by now."""
        return b"".join(self._parts(self._stream.feed(chunk)))

    def close(self) -> bytes:
        """Give the rest."""
        return b"".join(self._parts(self._stream.close()))

    # --- private ---

    def _parts(self, pieces: Iterable[Piece]) -> Iterable[bytes]:
        for text, start, end, spans, _ in pieces:
            done = start
            for span in spans:
                yield text[done : span.start]
                if span.type != REST:
                    self.found += not span.part
                    yield self._names.mark_of(span)
                done = span.end
            yield text[done:end]


# --- private ---

_MAX_KNOWN: Final = 4_096
