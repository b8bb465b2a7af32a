"""Any bytes are the same heads, however they are cut; and no others than a strict reader reads.

Whole, byte by byte, and cut in two at any place: the same heads, and a fault in the same place. Each head
that is read is the one that the reference below reads, to the byte; each head that the reference calls plain
is read. Nothing but `FaultyHead` is ever raised.
"""

import re
from dataclasses import dataclass

from gateway.dialects.wire import HttpRequest
from gateway.server.http1.after import After
from gateway.server.http1.fault import FaultyHead
from gateway.server.http1.head import HeadReader
from gateway.server.http1.limits import Limits
from gateway.server.http1.peer import Sender

LIMITS = Limits(head_bytes=600, target_bytes=80, header_count=6)
_CUTS = 24

Head = tuple[HttpRequest, After]


@dataclass(frozen=True)
class Outcome:
    """The heads, and whether a fault ended them."""

    heads: tuple[Head, ...]
    faulty: bool


def check(octets: bytes) -> None:
    """Judge the octets as what one connection sends."""
    whole = outcome(octets)
    assert outcome(*(octets[i : i + 1] for i in range(len(octets)))) == whole
    for cut in range(0, len(octets), max(1, len(octets) // _CUTS)):
        assert outcome(octets[:cut], octets[cut:]) == whole
    _check_against_the_reference(octets, whole)


def outcome(*chunks: bytes) -> Outcome:
    """Feed the chunks; stop where the reader must not be used again."""
    reader = HeadReader(sender=Sender("192.0.2.1"), limits=LIMITS)
    heads: list[Head] = []
    try:
        for chunk in chunks:
            reader.feed(chunk)
            while (head := reader.next()) is not None:
                heads.append(head)
                if head[1] is After.CLOSE:
                    return Outcome(tuple(heads), faulty=False)
    except FaultyHead:
        return Outcome(tuple(heads), faulty=True)
    return Outcome(tuple(heads), faulty=False)


# --- a second reader, by the grammar of RFC 9112 and RFC 9110 section 5 ---

_LINE = re.compile(rb"([A-Z-]+) ([!-~]+) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
_PLAIN = re.compile(rb"(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) (/[!-~]*) HTTP/1\.1")
_HOST = re.compile(rb"[A-Za-z0-9.-]+(:[0-9]+)?")
_FRAMING = {b"host", b"content-length", b"transfer-encoding", b"connection", b"upgrade", b"proxy-connection"}


def _check_against_the_reference(stream: bytes, read: Outcome) -> None:
    for head, after in read.heads:
        raw, separator, stream = stream.partition(b"\r\n\r\n")
        line, *rest = raw.split(b"\r\n")
        start, fields = _LINE.fullmatch(line), [_FIELD.fullmatch(one) for one in rest]
        assert separator
        assert start is not None
        pairs = tuple((one[1].lower(), one[2]) for one in fields if one is not None)
        assert len(pairs) == len(fields)
        assert (head.method, head.target, head.headers.pairs) == (start[1], start[2], pairs)
        assert after is After.CLOSE or not {b"upgrade"}.intersection(name for name, _ in pairs)
        if after is After.CLOSE:
            return
    if read.faulty:
        assert not _is_plain(stream)


def _is_plain(stream: bytes) -> bool:
    """Whether what the reader called faulty begins with a head that nobody could object to."""
    raw, separator, _ = stream.partition(b"\r\n\r\n")
    line, *rest = raw.split(b"\r\n")
    start, fields = _PLAIN.fullmatch(line), [_FIELD.fullmatch(one) for one in rest]
    if not separator or start is None or None in fields or len(raw) + 4 > LIMITS.head_bytes:
        return False
    pairs = [(one[1].lower(), one[2]) for one in fields if one is not None]
    framing = [(name, value) for name, value in pairs if name in _FRAMING]
    return (
        len(start[2]) <= LIMITS.target_bytes
        and len(pairs) <= LIMITS.header_count
        and [name for name, _ in framing] == [b"host"]
        and _HOST.fullmatch(framing[0][1]) is not None
    )
