"""Where does a JWT or JWE end, and how is it spelt plainly?

RFC 7515 section 7.1 and RFC 7516 section 7.1: three and five segments. Found with its dots encoded, with an
empty signature (RFC 7519 section 6), cut short after the payload, as SD-JWT with disclosures, and over
several lines. A line break inside is believed where it says itself that the line goes on; else only where
the whole fits together: header and payload are JSON, and the signature has the length of its algorithm.
"""

import re
from typing import Final, NamedTuple

from gateway.redact.followed import Followed
from gateway.redact.span import NOTHING, Looked, Measured, Open, Reach, Span, in_parts
from gateway.redact.spelling import BREAK, DOT, EQUALS, EXPLICIT_BREAK, OBJECT, SEGMENT
from gateway.redact.token_kind import (
    MAX_HEADER_BYTES,
    MAX_SEGMENTS,
    Growing,
    Header,
    fits,
    kind,
    read_header,
)

START: Final = f"{OBJECT}{SEGMENT}{{9}}"
WORDS: Final = (*(f"ey{one}" for one in "abij"), *(f"ew{one}" for one in "klop01"))


class CompactTokens:
    """Measures them in one text; keeps where runs of characters end, so that none is gone through twice."""

    __slots__ = ("_ends", "_own_issuers", "_run", "_seen", "_tries")

    def __init__(self, own_issuers: frozenset[str] = frozenset()) -> None:
        self._own_issuers = own_issuers
        self._run = (0, 0)
        self._ends: dict[int, int] = {}
        self._tries: dict[int, int] = {}
        self._seen: dict[bytes, str] = {}

    def forget(self) -> None:
        """Begin with another text."""
        self._run = (0, 0)
        self._ends.clear()
        self._tries.clear()

    def begin_anew(self) -> None:
        """Behind a secret no try before it counts: so a mark in its place changes nothing behind it."""
        self._tries.clear()

    def measure(self, text: bytes, at: int, reach: Reach) -> Measured:
        """Give the token that begins at `at`."""
        plainly = self.plainly(text, at, reach)
        if plainly:
            return plainly
        self._run = at, self._run_end(text, at, reach.end)
        if self._run[1] - at > MAX_HEADER_BYTES:
            return Looked(at + MAX_HEADER_BYTES + 1)
        segments = self._segments(text, self._run, reach.end)
        header = self._header(text, segments[0])
        line = _Line(text, at, segments, header)
        if line.is_complete():
            return self._found(line)
        joined = _join(line, Followed(text, at, reach))
        if isinstance(joined, Open):
            return joined
        if isinstance(joined, _Joined):
            return in_parts(joined.parts, kind(joined.plain, self._own_issuers), joined.plain)
        if header is None and self._one_inside(text, segments[0]):
            return joined
        return self._found(line) if line.counts() else joined

    def plainly(self, text: bytes, at: int, reach: Reach) -> tuple[Span, ...]:
        """Give the JWT that begins at `at` if it is whole and spelt plainly, as most are."""
        found = _PLAINLY.match(text, at, reach.end)
        if found is None:
            return NOTHING
        plain = found[1]
        type_ = self._seen.get(plain) or self._known(plain)
        return (Span(at, at + len(plain), type_, plain),) if type_ else NOTHING

    # --- private ---

    def _known(self, plain: bytes) -> str:
        """Most stand there whole and plain, and come again: each is read once. Empty where it is not so."""
        header = read_header(plain.partition(b".")[0])
        if header is None or not fits(plain, header):
            return ""
        if len(self._seen) >= _MAX_SEEN:
            self._seen.clear()
        type_ = self._seen[plain] = kind(plain, self._own_issuers)
        return type_

    def _segments(self, text: bytes, first: tuple[int, int], end: int) -> list[tuple[int, int]]:
        segments = [first]
        while len(segments) < MAX_SEGMENTS:
            dot = _DOT.match(text, segments[-1][1], end)
            if dot is None:
                break
            segments.append((dot.end(), self._run_end(text, dot.end(), end)))
        return segments

    def _run_end(self, text: bytes, at: int, end: int) -> int:
        """Every place of a run has the same end, and is asked for in its order: it is gone through once."""
        begun, ended = self._run
        if begun <= at < ended:
            return ended
        known = self._ends.get(at)
        if known is None:
            run = _RUN.match(text, at, end)
            known = self._ends[at] = at if run is None else run.end()
        return known

    def _header(self, text: bytes, segment: tuple[int, int]) -> Header | None:
        """Not more than a few tries a run: a text of nothing but beginnings costs no more than any other."""
        start, end = segment
        tries = self._tries[end] = self._tries.get(end, 0) + 1
        return read_header(text[start:end]) if tries <= _MAX_TRIES else None

    def _one_inside(self, text: bytes, segment: tuple[int, int]) -> bool:
        """Whether a real header begins later in this run, behind what only looks like one."""
        start, end = segment
        for found in _OBJECT.finditer(text, start + 1, end):
            if self._tries.get(end, 0) >= _MAX_TRIES:
                return False
            if self._header(text, (found.start(), end)) is not None:
                self._tries[end] -= 1  # it will be asked again
                return True
        return False

    def _found(self, line: "_Line") -> Measured:
        plain = line.plain()
        return (Span(line.at, line.end(), kind(plain, self._own_issuers), plain),)


class _Line(NamedTuple):
    """What of a token stands on the line where it begins."""

    text: bytes
    at: int
    segments: list[tuple[int, int]]
    header: Header | None

    def own(self) -> list[tuple[int, int]]:
        """Without what follows the last segment of its kind."""
        return self.segments[: self.header.segments if self.header else 3]

    def plain(self) -> bytes:
        return b".".join(self.text[start:end] for start, end in self.own())

    def end(self) -> int:
        """With padding that belongs to it, and an SD-JWT's disclosures."""
        start, end = self.own()[-1]
        padding = _PADDING.match(self.text, end)
        if padding is not None and -(end - start) % 4 == len(_EQUALS.findall(padding[0])):
            end = padding.end()
        disclosed = _DISCLOSURES.match(self.text, end)
        return disclosed.end() if disclosed is not None else end

    def is_complete(self) -> bool:
        return self.header is not None and fits(self.plain(), self.header)

    def counts(self) -> bool:
        """Cut short or unreadable, it is a token if a payload stands where one belongs."""
        if len(self.segments) < 2:
            return False
        start, end = self.segments[1]
        payload = _OBJECT.match(self.text, start, end) is not None and end - start >= 10
        if self.header is not None:
            return payload or (len(self.segments) >= self.header.segments and end - start != 1)
        return payload and len(self.segments) >= 3


class _Joined(NamedTuple):
    parts: list[tuple[int, int]]
    plain: bytes


def _join(line: _Line, followed: Followed) -> _Joined | Open | Looked:
    """Follow it over its line breaks, to the longest that fits together."""
    text, stop, end = line.text, line.segments[-1][1], followed.end
    growing = Growing(b".".join(text[start:end] for start, end in line.segments))
    best: _Joined | None = None
    pieces: list[tuple[int, int]] = []
    while growing.may_grow():
        wrapped = _BREAK.match(text, stop, end)
        place = followed.over(stop, stop if wrapped is None else wrapped.end())
        run = _WRAPPED_RUN.match(text, place, followed.end) if place > stop else None
        if followed.is_open or (
            not followed.whole and _may_go_on(text, place if run is None else run.end(), end)
        ):
            return Open(line.at)
        if run is None or not run[0]:
            break
        pieces.append(run.span())
        explicit = followed.is_cut or _EXPLICIT.match(text, stop) is not None
        if not explicit and _END_OF_PIECE.match(text, run.end(), end) is None:
            break
        growing.add(_DOT.sub(b".", run[0]))
        stop = run.end()
        if (explicit and growing.may_be_all()) or growing.fits(strictly=not explicit):
            best = _Joined(followed.parts(stop), growing.plain())
    return best or Looked(stop + _CLOSES, tuple(pieces))


def _may_go_on(text: bytes, at: int, end: int) -> bool:
    """Whether what follows `end` may belong to what ends at `at`, or to the break behind it."""
    return at == end or (at + _CLOSES > end and text[end - 1] != _LINE_FEED)


# --- private ---

_MAX_TRIES: Final = 8
_MAX_SEEN: Final = 4_096
_CLOSES: Final = 32  # more than breaks a line, or closes around a piece
_LINE_FEED: Final = 0x0A
_PLAINLY: Final = re.compile(
    rb"([A-Za-z0-9_-]{12,1024}+\.[A-Za-z0-9_-]{2,8192}+\.[A-Za-z0-9_-]{1,1366}+)(?:[\"'&;, <>){}\]\r\n\\]|\Z)"
)
"""A JWT as it mostly stands; whatever is not quite so is measured with care."""
_RUN: Final = re.compile(f"{SEGMENT}*+".encode())
_DOT: Final = re.compile(f"(?:{EQUALS}){{0,2}}{DOT}".encode())
_EQUALS: Final = re.compile(EQUALS.encode())
_PADDING: Final = re.compile(f"{EQUALS}{{1,2}}".encode())
_OBJECT: Final = re.compile(OBJECT.encode())
_DISCLOSURES: Final = re.compile(rb"(?:~[A-Za-z0-9_.-]*)+")
_BREAK: Final = re.compile(BREAK.encode())
_EXPLICIT: Final = re.compile(EXPLICIT_BREAK.encode())
_WRAPPED_RUN: Final = re.compile(f"(?:{SEGMENT}++|{DOT})*".encode())
_END_OF_PIECE: Final = re.compile(
    rb"\\?[\"'`,;)\]}> \t]{0,4}(?:\r?\n|\\{1,3}[rn]|\Z)|=\r?\n|\\?[\"']|\[(?i:redacted)"
)
"""A piece of a wrapped token is alone on its line, but for what closes around it, and for marks."""
