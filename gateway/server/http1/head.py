"""Which request do these bytes ask, if any strict reader could read them only one way?

llhttp parses. Around it stand a second, simpler reading of the same bytes (where the head ends, what
its first line is) and the two must agree, so that what llhttp is lenient about is refused: empty lines
before the request line, more than one space in it, HTTP/0.9, HTTP/2.0 and RTSP versions.

This module is the seam: a compiled reader with the same three methods can take its place.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import httptools

from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.fault import Fault, FaultyHead
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender
from gateway.server.http1.simple_head import FRAMING, HOST, LENGTH, SimpleHeads


class Frame(NamedTuple):
    """What a head says about where its message ends and what becomes of the connection."""

    after: After
    length: int | None = 0
    """Octets of the body; None where it is chunked."""
    upgrade: bool = False
    http_1_1: bool = True


SIMPLE: Final = Frame(After.STAY)
"""Of every request that `HeadReader.whole` gives."""


class HeadReader:
    """Collects the bytes of one connection and gives the heads that are complete, in order.

    After the first `FaultyHead`, or a head that says `After.CLOSE`, it must not be used again.
    """

    __slots__ = (
        "_bodies",
        "_buffer",
        "_fed",
        "_limits",
        "_pairs",
        "_parser",
        "_refused",
        "_sender",
        "_simple",
        "_target",
        "_whole",
    )

    def __init__(self, *, sender: Sender, limits: Limits, bodies: bool = False) -> None:
        """Read heads; with `bodies` those that announce one as well, and CONNECT, which the edge answers."""
        self._bodies = bodies
        self._refused = () if bodies else (b"CONNECT",)
        self._sender = sender
        self._limits = limits
        self._parser = _UNMADE
        self._simple = SimpleHeads(limits)
        self._buffer = b""
        self._start()

    def whole(self, data: bytes) -> HttpRequest | None:
        """Give the request where `data` is one simple head and nothing else: what proxies send.

        Only to be asked while `empty`. None says nothing about `data`: then `feed` it. After such a request
        the connection stays (`After.STAY`).
        """
        return self._simple.read(data, self._sender)

    def sized(self, data: bytes) -> tuple[HttpRequest, Frame, bytes] | None:
        """The same where a body of known length may follow: its first octets come along, all that there are.

        Of what is not simple it says nothing, as `whole`.
        """
        found = self._simple.read_sized(data, self._sender)
        if found is None:
            return None
        request, length, first = found
        return request, Frame(After.STAY, length) if length else SIMPLE, first

    @property
    def empty(self) -> bool:
        """No byte of a next head has arrived."""
        return not self._buffer

    @property
    def unread(self) -> int:
        """How many bytes it holds of heads that it has not given."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer = self._buffer + data if self._buffer else data

    def next(self) -> tuple[HttpRequest, After] | None:
        """Give the next request, where none has a body; None if its head is not complete yet.

        Raises: FaultyHead as soon as the bytes show it, which may be before the head is complete.
        """
        head = self.next_framed()
        return None if head is None else (head[0], head[1].after)

    def take(self) -> bytes:
        """Give up what stands behind the last head: it is the body's, as far as that goes."""
        rest, self._buffer = self._buffer, b""
        return rest

    def next_framed(self) -> tuple[HttpRequest, Frame] | None:
        """Give the next request and its frame. Where that tells of a body, `take` what follows.

        Raises: FaultyHead, as `next` does.
        """
        buffer = self._buffer
        if not buffer:
            return None
        # Three bytes of the separator may have been there before.
        end = buffer.find(_END, max(self._fed - 3, 0)) + 4
        if end < 4:
            self._feed_part(buffer)
            return None
        if end > self._limits.head_bytes:
            raise FaultyHead(Fault.HEAD_TOO_LARGE)
        self._parse(buffer[self._fed : end] if self._fed else buffer[:end])
        head = self._read(buffer)
        self._buffer = buffer[end:]
        self._start()
        return head

    def forget(self) -> None:
        """Let go of what it holds. It must not be used again."""
        self._buffer = b""
        self._start()
        self._parser = _UNMADE  # it refers to us: else both would wait for the collector of cycles

    # --- called by the parser ---

    def on_url(self, part: bytes) -> None:
        """Take the target, or the next part of it."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header. llhttp leaves the white space behind a value (RFC 9112 5.1)."""
        self._pairs.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Note that llhttp sees the end of the head."""
        self._whole = True

    # --- private ---

    def _start(self) -> None:
        self._fed = 0
        self._target = b""
        self._pairs: list[tuple[bytes, bytes]] = []
        self._whole = False

    def _feed_part(self, buffer: bytes) -> None:
        """Refuse a head that can no longer become a good one, without waiting for its end."""
        limits = self._limits
        self._parse(buffer[self._fed :])
        self._fed = len(buffer)
        if (
            len(buffer) > limits.head_bytes
            or len(self._target) > limits.target_bytes
            or len(self._pairs) > limits.header_count
        ):
            raise FaultyHead(Fault.HEAD_TOO_LARGE)
        if self._whole or buffer.startswith((b"\r", b"\n")):
            raise FaultyHead(Fault.MALFORMED)

    def _parse(self, part: bytes) -> None:
        if self._parser is _UNMADE:
            self._parser = httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(part)
        except httptools.HttpParserUpgrade:
            pass  # raised at the end of the head: an ordinary request, and After.CLOSE
        except httptools.HttpParserError:
            raise FaultyHead(Fault.MALFORMED) from None

    def _read(self, buffer: bytes) -> tuple[HttpRequest, Frame]:
        method, target, pairs = self._parser.get_method(), self._target, self._pairs
        if len(target) > self._limits.target_bytes or len(pairs) > self._limits.header_count:
            raise FaultyHead(Fault.HEAD_TOO_LARGE)
        line = b"%b %b HTTP/1." % (method, target)
        version = buffer[len(line) : len(line) + 3]
        if not self._whole or not buffer.startswith(line) or version not in _VERSIONS:
            raise FaultyHead(Fault.MALFORMED)
        if method in self._refused:
            raise FaultyHead(Fault.MALFORMED)
        framing = [(name.lower(), value) for name, value in pairs if name.lower() in FRAMING]
        frame = _frame(framing, http_1_1=version == b"1\r\n", bodies=self._bodies)
        if frame.length != 0:  # llhttp would read the body; we do, so that it meets the next head afresh
            self._parser = _UNMADE
        headers = Headers.of(tuple(pairs))
        return HttpRequest(method, target, headers, *self._sender), frame


MAX_COMMAS: Final = 32
"""In one Connection header. A proxy sends one option, or two; 30,000 would cost 1 ms."""
_UNMADE: Final = httptools.HttpRequestParser(object())
"""Most connections never need one: all their heads are simple."""
_END: Final = b"\r\n\r\n"
_VERSIONS: Final = (b"1\r\n", b"0\r\n")


def _frame(framing: Sequence[tuple[bytes, bytes]], *, http_1_1: bool, bodies: bool) -> Frame:
    """Check the headers that frame the message, and say what they do to it and to the connection."""
    hosts = 0
    close, keep, upgrade = False, False, False
    announced: list[tuple[bytes, bytes]] = []
    for name, value in framing:
        match name:
            case b"host":
                hosts += 1
                if not HOST.fullmatch(value):
                    raise FaultyHead(Fault.MALFORMED)
            case b"connection":
                if value.count(b",") > MAX_COMMAS:
                    raise FaultyHead(Fault.MALFORMED)
                options = [option.strip(b" \t") for option in value.lower().split(b",")]
                close = close or b"close" in options
                keep = keep or b"keep-alive" in options
            case b"upgrade":
                upgrade = True
            case _:
                announced.append((name, value))
    if hosts != 1 and (http_1_1 or hosts):
        raise FaultyHead(Fault.MALFORMED)
    length = _body_length(announced, http_1_1=http_1_1) if bodies else _check_no_body(announced)
    # We never take up an upgrade here. A peer may have sent bytes of the other protocol already
    # (RFC 9110 7.8), so nothing behind such a head is read as HTTP.
    if close or upgrade or not (http_1_1 or keep):
        return Frame(After.CLOSE, length, upgrade, http_1_1)
    return Frame(After.STAY if http_1_1 else After.STAY_1_0, length, upgrade, http_1_1)


def _body_length(announced: Sequence[tuple[bytes, bytes]], *, http_1_1: bool) -> int | None:
    """Give the one length that every reader finds; None for chunked (RFC 9112 6.3).

    Refuses what it lets a server repair: two lengths though they be equal, a length beside a coding, any
    coding but `chunked` alone, a coding in HTTP/1.0, and zeros before a number, which some read as octal.
    """
    if not announced:
        return 0
    (name, value), *others = announced
    if others:
        raise FaultyHead(Fault.MALFORMED)
    if name == b"content-length" and LENGTH.fullmatch(value):
        return int(value)
    if name == b"transfer-encoding" and http_1_1 and value.lower() == b"chunked":
        return None
    raise FaultyHead(Fault.MALFORMED)


def _check_no_body(announced: Sequence[tuple[bytes, bytes]]) -> int:
    """Refuse a head that announces a body. Repeats of Content-Length are refused by llhttp.

    nginx without `proxy_pass_request_body off` and `proxy_set_header Content-Length ""` announces
    its client's body and does not send it: waiting for it would hang every such request, and what
    follows a body that we do not read would be read as the next head. `0` is what Envoy sends.
    """
    for name, value in announced:
        if name == b"content-length" and value == b"0":
            continue
        raise FaultyHead(Fault.BODY)
    return 0
