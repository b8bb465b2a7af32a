"""Which secrets are in these octets?

for finding in find(content, Finder(), Fingerprints(key)): print(finding)
"""

from collections.abc import Iterable, Iterator

from gateway.leaks.file_name import without_secrets
from gateway.leaks.finding import WHOLE_FILE, Finding
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.replace import Names
from gateway.redact.span import Span
from gateway.redact.stream import REST, Piece, Stream


class Scan:
    """Scans one stream, and counts its lines."""

    __slots__ = ("_begun", "_column_from", "_file", "_finder", "_given", "_line", "_names", "_stream")

    def __init__(self, file: str, finder: Finder, fingerprints: Fingerprints) -> None:
        self._file = without_secrets(file, finder, fingerprints)
        self._finder = finder.for_file(file, only_searched=True)
        self._names = Names(fingerprints)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another file has the name: its lines are counted from 1."""
        self._stream = Stream(self._finder, self._names.mark_of)
        self._begun = False
        self._given = 0
        self._line = 1
        self._column_from = 0

    def feed(self, chunk: bytes) -> Iterator[Finding]:
        """Take the next octets, and give what is decided by them."""
        yield from self._of_the_file()
        for piece in self._stream.feed(chunk):
            yield from self._findings(piece)

    def close(self) -> Iterator[Finding]:
        """Give the rest: nothing follows."""
        yield from self._of_the_file()
        for piece in self._stream.close():
            yield from self._findings(piece)

    # --- private ---

    def _of_the_file(self) -> Iterator[Finding]:
        """Once, before anything in it."""
        if not self._begun:
            self._begun = True
            for type_ in self._finder.whole_files:
                yield Finding(
                    type=type_, file=self._file, line=1, column=1, start=0, end=0, fingerprint=WHOLE_FILE
                )

    def _findings(self, piece: Piece) -> Iterator[Finding]:
        counted = piece.start
        shift = self._given - piece.start
        for span in _every(piece):
            if span.type == REST or span.part:
                continue
            if span.start >= counted:
                self._count(piece.text, counted, span.start, shift)
                counted = span.start
            back = piece.text.count(b"\n", span.start, counted)
            column_from = piece.text.rfind(b"\n", 0, span.start) + 1 + shift if back else self._column_from
            yield Finding(
                type=span.type,
                file=self._file,
                line=self._line - back,
                column=span.start + shift - column_from + 1,
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


def _every(piece: Piece) -> list[Span]:
    """What a rule of others finds as ours have found it is one."""
    same = {(span.type, span.start, span.end) for span in piece.spans}
    return sorted((*piece.spans, *(one for one in piece.also if (one.type, one.start, one.end) not in same)))


def scan(chunks: Iterable[bytes], file: str, finder: Finder, fingerprints: Fingerprints) -> Iterator[Finding]:
    """Give what is in a stream, in its order."""
    one = Scan(file, finder, fingerprints)
    for chunk in chunks:
        yield from one.feed(chunk)
    yield from one.close()


def find(content: bytes, finder: Finder, fingerprints: Fingerprints, *, file: str = "-") -> Iterator[Finding]:
    """Give what is in a text that is all there."""
    return scan((content,), file, finder, fingerprints)
