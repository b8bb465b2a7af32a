"""Where a body ends, in any pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.server.edge.body import (
    MAX_EXCESS,
    MAX_LINE,
    Body,
    ChunkedBody,
    EndlessBody,
    MalformedBody,
    SizedBody,
    chunk,
)


def read(body: Body, pieces: list[bytes]) -> tuple[bytes, bytes]:
    """The content, and what stands behind the end."""
    content = rest = b""
    for piece in pieces:
        if body.ended:
            rest += piece
        else:
            content += body.feed(piece)
            rest += body.rest
    return content, rest


def cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    marks = sorted({0, len(stream), *(one % (len(stream) + 1) for one in cuts)})
    return [stream[a:b] for a, b in pairwise(marks)]


CUTS = st.lists(st.integers(0, 500), max_size=6)


@given(content=st.binary(max_size=60), behind=st.binary(max_size=20), cuts=CUTS)
def test_a_length_is_where_it_ends(content: bytes, behind: bytes, cuts: list[int]) -> None:
    body = SizedBody(len(content))
    assert read(body, cut(content + behind, cuts)) == (content, behind)
    assert body.ended
    assert body.left == 0


@given(content=st.binary(min_size=1, max_size=60))
def test_a_part_has_not_ended(content: bytes) -> None:
    body = SizedBody(len(content) + 1)
    assert read(body, [content]) == (content, b"")
    assert (body.ended, body.left) == (False, 1)


def test_an_endless_one_ends_elsewhere() -> None:
    body = EndlessBody()
    assert read(body, [b"a", b"b"]) == (b"ab", b"")
    assert not body.ended


EXTENSIONS = st.sampled_from([b"", b";a", b";a=b", b' ; a = "b;\\"\r\n"'.replace(b"\r\n", b""), b"\t;a=b;c"])
SIZES = st.sampled_from([b"%x", b"%X", b"%06x"])
TRAILERS = st.sampled_from([b"", b"X: y\r\n", b"Authorization: Bearer a\r\nB:\r\n"])


@given(
    chunks=st.lists(st.tuples(st.binary(min_size=1, max_size=40), SIZES, EXTENSIONS), max_size=5),
    trailers=TRAILERS,
    behind=st.binary(max_size=20),
    cuts=CUTS,
)
def test_chunks_are_joined_whatever_is_said_beside_them(
    chunks: list[tuple[bytes, bytes, bytes]], trailers: bytes, behind: bytes, cuts: list[int]
) -> None:
    stream = b"".join(size % len(c) + more + b"\r\n" + c + b"\r\n" for c, size, more in chunks)
    body = ChunkedBody()
    whole = stream + b"0\r\n" + trailers + b"\r\n" + behind
    assert read(body, cut(whole, cuts)) == (b"".join(c for c, _, _ in chunks), behind)
    assert body.ended


@given(pieces=st.lists(st.binary(max_size=40), max_size=5))
def test_what_we_write_we_read(pieces: list[bytes]) -> None:
    body = ChunkedBody()
    stream = b"".join(map(chunk, pieces)) + b"0\r\n\r\n"
    assert read(body, [stream]) == (b"".join(pieces), b"")
    assert body.ended


MALFORMED = {
    "no size": b"\r\nabc\r\n",
    "not hexadecimal": b"3g\r\nabc\r\n",
    "prefix": b"0x3\r\nabc\r\n",
    "signed": b"+3\r\nabc\r\n",
    "negative": b"-3\r\nabc\r\n",
    "underscore": b"1_0\r\n",
    "space before": b" 3\r\nabc\r\n",
    "space behind": b"3 \r\nabc\r\n",
    "tab behind": b"3\t\r\nabc\r\n",
    "bare LF": b"3\nabc\n",
    "bare LF behind the chunk": b"3\r\nabc\n0\r\n\r\n",
    "bare CR": b"3\rabc\r\n",
    "CR CR LF": b"3\r\r\nabc\r\n",
    "chunk is longer": b"3\r\nabcd\r\n",
    "chunk is shorter": b"3\r\nab\r\n0\r\n\r\n",
    "no line end behind the chunk": b"3\r\nabc0\r\n\r\n",
    "overflows 64 bits": b"10000000000000003\r\nabc\r\n",
    "FFFFFFFFFFFFFFFF": b"FFFFFFFFFFFFFFFF\r\nabc\r\n",
    "extension with LF": b"3;a=\nb\r\nabc\r\n",
    "extension with CR": b"3;a=\rb\r\nabc\r\n",
    "extension without name": b"3;\r\nabc\r\n",
    "extension without value": b"3;a=\r\nabc\r\n",
    "extension with NUL": b"3;a=\0\r\nabc\r\n",
    "extension not closed": b'3;a="b\r\nabc\r\n',
    "extension with LF in quotes": b'3;a="\n"\r\nabc\r\n',
    "comma": b"3,a\r\nabc\r\n",
    "trailer without a colon": b"0\r\nX\r\n\r\n",
    "trailer folded": b"0\r\nX: a\r\n b\r\n\r\n",
    "trailer with a space before the colon": b"0\r\nX : a\r\n\r\n",
    "trailer with NUL": b"0\r\nX: \0\r\n\r\n",
    "trailer with bare LF": b"0\r\nX: a\n\r\n",
    "end with bare LF": b"0\r\n\n",
    "end with bare CR": b"0\r\n\r\r\n",
    "endless size": b"0" * (MAX_LINE + 1),
    "endless extension": b"3;" + b"a" * MAX_LINE,
    "extensions without content": (b"1;" + b"a" * 1000 + b"\r\nx\r\n") * (MAX_EXCESS // 1000 + 2),
    "trailers without end": b"0\r\n" + (b"X: " + b"a" * 1000 + b"\r\n") * (MAX_EXCESS // 1000 + 2),
}


@pytest.mark.parametrize("stream", MALFORMED.values(), ids=MALFORMED)
def test_chunks_that_two_readers_read_differently_are_refused(stream: bytes) -> None:
    for pieces in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
        with pytest.raises(MalformedBody):
            read(ChunkedBody(), [*pieces, b"\r\n\r\n"])


def test_a_missing_line_end_is_seen_before_the_next_line() -> None:
    body = ChunkedBody()
    body.feed(b"3\r\nabc")
    with pytest.raises(MalformedBody):
        body.feed(b"0")


def test_an_empty_chunk_is_not_the_last_one() -> None:
    assert chunk(b"") == b""
    assert chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
