"""Are these bytes one whole head as a proxy sends it, to be read without any doubt?

The quick way in front of `HeadReader`, and never a more lenient one: what it reads is what the thorough
reader reads, and what it does not it leaves to that one, which refuses or reads it. Simple is: one head in
one piece, HTTP/1.1, each header as `Name: value` and none twice, nothing that closes or changes the
connection: of Connection only the `keep-alive` that HTTP/1.1 has anyway. Of what frames a body one
Content-Length, for those who take bodies, and of the body no more than it says.

llhttp checks the bytes and hands each header to a dictionary's own method: no Python runs for a header.
"""

import re
from typing import Final, NamedTuple

import httptools

from gateway.core.headers import Headers, Shape, shape_of
from gateway.dialects.wire import HttpRequest
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender

FRAMING: Final = frozenset((b"host", b"connection", b"content-length", b"transfer-encoding", b"upgrade"))
"""Names of the headers that say where a message ends and what becomes of the connection."""

# RFC 9112 3.2 demands 400 for an invalid Host: uri-host [":" port] of RFC 3986, brackets not paired.
HOST: Final = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*+")
# No zeros before a number, which some read as octal; 18 digits fit into every reader's number.
LENGTH: Final = re.compile(rb"0|[1-9][0-9]{0,17}")


class SimpleHeads:
    """Reads the simple heads of one connection."""

    __slots__ = ("_limits", "_seen")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: _Seen | None = _Seen()
        """None once its parser has met what is not simple: it may be in the middle of that."""

    def read(self, data: bytes, sender: Sender) -> HttpRequest | None:
        """Give a request without a body, or None where a closer look is needed; then nothing is decided."""
        # An empty line before the end would be one that llhttp passes over.
        if data[-4:] != b"\r\n\r\n" or data[-5:-4] == b"\n":
            return None
        found = self._read(data, len(data), sender)
        if found is None or not found[1]:
            return found and found[0]
        self._seen = None  # it waits for a body
        return None

    def read_sized(self, data: bytes, sender: Sender) -> tuple[HttpRequest, int, bytes] | None:
        """Give a request, the length of its body and what has come of that; or None as `read` does."""
        end = data.find(b"\r\n\r\n") + 4
        if end < 4 or data[end - 5 : end - 4] == b"\n":
            return None
        found = self._read(data, end, sender)
        if found is None:
            return None
        request, length = found
        first = data[end:]
        if len(first) < length:
            self._seen = _Seen()  # the former waits for the rest of the body, which we count
        elif len(first) > length:
            self._seen = None
            return None
        return request, length, first

    # --- private ---

    def _read(self, data: bytes, end: int, sender: Sender) -> tuple[HttpRequest, int] | None:
        seen = self._seen
        if seen is None:
            return None
        if not seen.takes(data):
            self._seen = None
            return None
        headers, limits = seen.headers, self._limits
        shape = shape_of(tuple(headers))
        frame: _Frame = shape.findings.get(_Frame) or _frame_of(shape)
        if frame.host_at is None:
            self._seen = None
            return None
        values = tuple(map(_bare, headers.values()))
        headers.clear()  # a connection that waits holds nothing of its last request's
        if frame.connection_at is not None and values[frame.connection_at].lower() != b"keep-alive":
            self._seen = None
            return None
        # Every octet is accounted for: no name stood twice, no line was folded, nothing was passed over.
        octets = len(seen.line) + frame.octets + sum(map(len, values))
        length = b"0" if frame.length_at is None else values[frame.length_at]
        if (
            end != octets
            or octets > limits.head_bytes
            or len(seen.target) > limits.target_bytes
            or len(values) > limits.header_count
            or (values[frame.host_at] != seen.host and not seen.takes_host(values[frame.host_at]))
            or LENGTH.fullmatch(length) is None
        ):
            self._seen = None if frame.length_at is not None else seen  # it may be within a body
            return None
        return HttpRequest(seen.method, seen.target, Headers(shape, values), *sender), int(length)


# --- private ---

_bare: Final = bytes.rstrip
"""llhttp leaves the white space behind a value, and lets no other than space and tab through."""


class _Seen:
    """What llhttp has told of the last message, through methods of built-in types.

    The request line and the Host of a connection are nearly always those of the request before.
    """

    __slots__ = ("_parser", "_targets", "headers", "host", "line", "method", "on_header", "on_url", "target")

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self._targets: list[bytes] = []
        self.on_header = self.headers.setdefault
        self.on_url = self._targets.append
        self._parser = httptools.HttpRequestParser(self)
        self.line = self.method = self.target = b""
        self.host: bytes | None = None

    def takes(self, data: bytes) -> bool:
        """Let llhttp read. Whether it saw one message, and the request line is what it saw."""
        self._targets.clear()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return False
        if len(self._targets) != 1:
            return False
        if not self.line or not data.startswith(self.line):
            self.method, self.target = self._parser.get_method(), self._targets[0]
            self.line = b"%b %b HTTP/1.1\r\n" % (self.method, self.target)
        return data.startswith(self.line) and self.method != b"CONNECT"

    def takes_host(self, host: bytes) -> bool:
        """Whether this can be a Host."""
        if HOST.fullmatch(host) is None:
            return False
        self.host = host
        return True


class _Frame(NamedTuple):
    """What the names alone say of a message's frame."""

    host_at: int | None
    """Where Host stands, if it stands once and no names frame the message but it and these two, once each."""
    connection_at: int | None
    """Where Connection stands."""
    length_at: int | None
    """Where Content-Length stands."""
    octets: int
    """Of the header lines without their values, and of the empty line."""


def _frame_of(shape: Shape) -> _Frame:
    names = (b"host", b"connection", b"content-length")
    hosts, kept, lengths = map(shape.places, names)
    once = len(hosts) == 1 and len(kept) <= 1 and len(lengths) <= 1
    host_at = hosts[0] if once and not FRAMING.intersection(shape.names) - {*names} else None
    octets = sum(len(name) + len(b": \r\n") for name in shape.names) + len(b"\r\n")
    frame = shape.findings[_Frame] = _Frame(host_at, _first(kept), _first(lengths), octets)
    return frame


def _first(places: tuple[int, ...]) -> int | None:
    return places[0] if places else None
