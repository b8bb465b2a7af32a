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


class Redactor:
    """Redacts one stream. Idempotent: what it has written it leaves as it is."""

    __slots__ = ("_fingerprints", "_stream", "found")

    def __init__(self, finder: Finder, fingerprints: Fingerprints) -> None:
        self._stream = Stream(finder)
        self._fingerprints = fingerprints
        self.found = 0

    def feed(self, chunk: bytes) -> bytes:
        """Take octets, and give those that can be passed on by now."""
        return b"".join(self._parts(self._stream.feed(chunk)))

    def close(self) -> bytes:
        """Give the rest."""
        return b"".join(self._parts(self._stream.close()))

    # --- private ---

    def _parts(self, pieces: Iterable[Piece]) -> Iterable[bytes]:
        for text, start, end, spans in pieces:
            done = start
            for span in spans:
                yield text[done : span.start]
                if span.type != REST:
                    self.found += 1
                    yield mark(span, self._fingerprints)
                done = span.end
            yield text[done:end]


def mark(span: Span, fingerprints: Fingerprints) -> bytes:
    """Give what stands in its place."""
    return f"[REDACTED:{span.type}:{named(span, fingerprints)}]".encode()


def named(span: Span, fingerprints: Fingerprints) -> str:
    """Give its fingerprint: that of its plain spelling, as the gateway's decision records have it."""
    return fingerprints.token(span.canonical) if span.canonical else TOO_LONG
