"""Which secrets are in these octets?

for finding in find(content, Finder(), Fingerprints(key)): print(finding)
"""

from collections.abc import Iterable, Iterator

from gateway.leaks.finding import Finding
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.replace import Names
from gateway.redact.stream import REST, Piece, Stream


class Scan:
    """Scans one stream, and counts its lines."""

    __slots__ = ("_column_from", "_file", "_finder", "_given", "_line", "_names", "_stream")

    def __init__(self, file: str, finder: Finder, fingerprints: Fingerprints) -> None:
        self._file = file
        self._finder = finder
        self._names = Names(fingerprints)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another file has the name: its lines are counted from 1."""
        self._stream = Stream(self._finder)
        self._given = 0
        self._line = 1
        self._column_from = 0

    def feed(self, chunk: bytes) -> Iterator[Finding]:
        """Take the next octets, and give what is decided by them."""
        for piece in self._stream.feed(chunk):
            yield from self._findings(piece)

    def close(self) -> Iterator[Finding]:
        """Give the rest: nothing follows."""
        for piece in self._stream.close():
            yield from self._findings(piece)

    # --- private ---

    def _findings(self, piece: Piece) -> Iterator[Finding]:
        counted = piece.start
        shift = self._given - piece.start
        for span in piece.spans:
            if span.type == REST:
                continue
            self._count(piece.text, counted, span.start, shift)
            counted = span.start
            yield Finding(
                type=span.type,
                file=self._file,
                line=self._line,
                column=span.start + shift - self._column_from + 1,
                start=span.start + shift,
                end=span.end + shift,
                fingerprint=self._names.of(span),
            )
        self._count(piece.text, counted, piece.end, shift)
        self._given += piece.end - piece.start

    def _count(self, text: bytes, start: int, end: int, shift: int) -> None:
        lines = text.count(b"\n", start, end)
        if lines:
            self._line += lines
            self._column_from = text.rfind(b"\n", start, end) + 1 + shift


def scan(chunks: Iterable[bytes], file: str, finder: Finder, fingerprints: Fingerprints) -> Iterator[Finding]:
    """Give what is in a stream, in its order."""
    one = Scan(file, finder, fingerprints)
    for chunk in chunks:
        yield from one.feed(chunk)
    yield from one.close()


def find(content: bytes, finder: Finder, fingerprints: Fingerprints, *, file: str = "-") -> Iterator[Finding]:
    """Give what is in a text that is all there."""
    return scan((content,), file, finder, fingerprints)
