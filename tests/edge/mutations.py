"""What can be done to a good request, or answer, so that two parsers may read it as two different ones?"""

from typing import Final, NamedTuple

from hypothesis import strategies as st

CONTENT: Final = b"hello, GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
"""Of a body: to whoever ends it too early, what follows is a request."""
TAIL: Final = b"GET /admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Draft(NamedTuple):
    """A request in its parts, without the headers that every one of them needs; or an answer."""

    method: bytes
    """Or what stands in the place of an answer's status and reason."""
    headers: tuple[bytes, ...]
    body: bytes
    tail: bytes = TAIL
    """What stands behind it."""
    spliced: tuple[tuple[float, bytes], ...] = ()
    """Octets, and how far into the head or the body they stand."""


_OCTETS: Final = (
    *(b"\0", b"\n", b"\r", b"\r\n", b"\t", b" ", b":", b"\x0b", b"\x0c", b"\x1c", b"\x7f", b"\x80", b"\xa0"),
    *(b"\xff", b"\r\n ", b"\r\n\t", b"\n\n", b"\r\r\n", b"\r\n\r\n", b",", b";", b'"', b"\\", b"0"),
    *(b"chunked", b"\xe2\x80\xa8"),
)
_LENGTHS: Final = (
    *(b"0", b"1", b"%d", b"+%d", b"-%d", b"0%d", b"0x%x", b"%d,%d", b"%d, %d", b"%d;", b" %d", b"%d "),
    *(b"\t%d", b"%d\x0b", b"%d.0", b"1e1", b"", b"4294967296", b"18446744073709551616", b"%d_0"),
    *(b"\xef\xbc\x91",),
)
_CODINGS: Final = (
    *(b"chunked", b"Chunked", b"CHUNKED", b" chunked", b"chunked ", b"\tchunked", b"chunked\t"),
    *(b"\x0bchunked", b"chunked,", b",chunked", b"chunked, chunked", b"identity", b"identity, chunked"),
    *(b"chunked, identity", b"gzip, chunked", b"chunked;a=b", b'"chunked"', b"xchunked", b"chunke"),
    *(b"chunkedx", b"", b"chun ked"),
)
_NAMES: Final = (
    *(b"Content-Length", b"content-length", b"CONTENT-LENGTH", b"Content_Length", b"Content-Length "),
    *(b" Content-Length", b"Content-Length\t", b"Content-Length\0", b"Content-Lengt\xe8"),
    *(b"Content-Length\r", b"X-A\nContent-Length"),
)
_CODING_NAMES: Final = tuple(
    name.replace(b"Content", b"Transfer").replace(b"Length", b"Encoding").replace(b"Lengt", b"Encodin")
    for name in _NAMES
)
_SIZES: Final = (
    *(b"%x", b"%X", b"0%x", b"000000000000%x", b"00000000000000000%x", b"0x%x", b"+%x", b"-%x", b"%x "),
    *(b" %x", b"%x\t", b"%x;a=b", b"%x ;a=b", b"%x; a", b'%x;a="\r\n"', b"%x;a\n", b"%x\r", b"1%x", b"%xg"),
    *(b"", b"ffffffffffffffff%x", b"10000000000000000%x", b"%x,%x", b"%x_0", b"\x0b%x"),
)
_ENDS: Final = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b" \r\n", b"")
_TRAILERS: Final = (
    *(b"", b"", b"X-Sum: 1\r\n", b"Authorization: Bearer x\r\n", b"Content-Length: 3\r\n", b"X: a\nY: b\r\n"),
    *(b": a\r\n", b"Transfer-Encoding: chunked\r\n", b" X: a\r\n", b"X\r\n", b"X-Auth-Subject: admin\r\n"),
    *(b"X: \0\r\n",),
)


def _numbered(pattern: bytes, number: int) -> bytes:
    return pattern % ((number,) * pattern.count(b"%"))


def _lengths() -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda name, pattern, number: name + b": " + _numbered(pattern, number),
        st.sampled_from(_NAMES),
        st.sampled_from(_LENGTHS),
        st.sampled_from((len(CONTENT), 5, 7)),
    )


def _codings() -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda name, value: name + b": " + value, st.sampled_from(_CODING_NAMES), st.sampled_from(_CODINGS)
    )


def _chunk(content: bytes, size: bytes, ends: tuple[bytes, bytes]) -> bytes:
    return _numbered(size, len(content)) + ends[0] + content + ends[1]


def _chunked(parts: list[tuple[bytes, bytes, tuple[bytes, bytes]]], trailer: bytes, end: bytes) -> bytes:
    return b"".join(_chunk(*part) for part in parts) + b"0" + end + trailer + b"\r\n"


_ends = st.sampled_from(_ENDS)
_well_ended = st.just((b"\r\n", b"\r\n"))
_good_size = st.sampled_from((b"%x", b"%X", b"0%x"))
_parts = st.lists(
    st.tuples(
        st.sampled_from((CONTENT, b"hello", b"0\r\n\r\n" + TAIL)),
        _good_size | st.sampled_from(_SIZES),
        _well_ended | _well_ended | st.tuples(_ends, _ends),
    ),
    max_size=3,
)
_bodies = st.builds(_chunked, _parts, st.sampled_from(_TRAILERS), st.just(b"\r\n") | _ends)
_good_length = st.just(b"Content-Length: %d" % len(CONTENT))
_good_coding = st.just(b"Transfer-Encoding: chunked")
_others = st.sampled_from(
    (b"Connection: close", b"Expect: 100-continue", b"TE: trailers", b"Trailer: X-Sum", b"X-A: b")
)
_spliced = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(_OCTETS)), max_size=2).map(tuple)
_methods = st.sampled_from((b"POST", b"POST", b"PUT", b"GET", b"DELETE"))
_tails = st.sampled_from((TAIL, TAIL, b"", b"\r\n" + TAIL, b"0\r\n\r\n" + TAIL))


def _drafts(
    framing: st.SearchStrategy[bytes], others: st.SearchStrategy[bytes], body: st.SearchStrategy[bytes]
) -> st.SearchStrategy[Draft]:
    headers = st.builds(lambda first, more: (first, *more), framing, st.lists(others, max_size=2))
    return st.builds(Draft, _methods, headers, body, _tails, _spliced)


drafts: Final = (
    _drafts(_good_length, _others | _lengths() | _codings(), st.just(CONTENT))
    | _drafts(_good_coding, _others | _lengths() | _codings(), _bodies)
    | _drafts(_good_coding, _others, _bodies)
    | _drafts(_lengths() | _codings(), _others | _lengths(), st.just(CONTENT) | _bodies)
)


POISON: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
_statuses = st.sampled_from(
    (b"200 OK", b"200 OK", b"200", b"404 Not Found", b"204 No Content", b"304 Not Modified")
)
_odd_statuses = st.sampled_from(
    (b"100 Continue", b"101 -", b"103 -", b"099 -", b"1000 -", b"20x", b"200\tOK", b"")
)
_answer_tails = st.sampled_from((b"", POISON, POISON, b"\r\n" + POISON, b"0\r\n\r\n" + POISON))
_of_answers = st.sampled_from((b"Connection: close", b"Connection: keep-alive", b"Trailer: X-Sum", b"X-A: b"))

answers: Final = st.builds(
    lambda status, draft, tail: draft._replace(method=status, tail=tail),
    _statuses | _statuses | _odd_statuses,
    _drafts(_good_length, _of_answers | _lengths() | _codings(), st.just(CONTENT))
    | _drafts(_good_coding, _of_answers | _lengths() | _codings(), _bodies)
    | _drafts(_lengths() | _codings(), _of_answers, st.just(CONTENT) | _bodies),
    _answer_tails,
)


def answer_wire(draft: Draft) -> bytes:
    """Write it."""
    octets = b"\r\n".join((b"HTTP/1.1 " + draft.method, *draft.headers, b"", draft.body))
    for share, splice in draft.spliced:
        octets = _with(octets, share, splice)
    return octets + draft.tail


def wire(draft: Draft, target: bytes, needed: tuple[bytes, ...]) -> bytes:
    """Write it for a server: `needed` are the headers without which it would not be permitted."""
    line = draft.method + b" " + target + b" "  # which stays: by it the request is known
    own = b"\r\n".join((b"HTTP/1.1", *needed, b""))
    rest = b"\r\n".join((*draft.headers, b"", draft.body))
    for share, splice in draft.spliced:
        # The same place for each server, though their names are not of one length.
        if share < _OWN:
            own = _with(own, share / _OWN, splice)
        else:
            rest = _with(rest, (share - _OWN) / (1 - _OWN), splice)
    return line + own + rest + draft.tail


_OWN: Final = 0.2


def _with(octets: bytes, share: float, splice: bytes) -> bytes:
    at = int(share * len(octets))
    return octets[:at] + splice + octets[at:]
