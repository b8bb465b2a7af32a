"""Heads of answers: one reading, or none."""

import pytest

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.response_head import AnswerHead, AnswerReader, FaultyAnswer

SMALL = EdgeLimits(answer_head_bytes=300, answer_headers=5)


def read(raw: bytes) -> AnswerHead | None:
    reader = AnswerReader(SMALL)
    reader.feed(raw)
    return reader.next()


def head(*headers: bytes, start: bytes = b"HTTP/1.1 200 OK") -> AnswerHead:
    found = read(b"\r\n".join((start, *headers, b"", b"")))
    assert found is not None
    return found


def test_gives_heads_in_order_and_then_what_follows() -> None:
    stream = b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 \r\nA:\t b \r\nContent-Length: 3\r\n\r\nabc"
    for pieces in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
        reader = AnswerReader(SMALL)
        found: list[AnswerHead] = []
        for piece in pieces:
            reader.feed(piece)
            while len(found) < 2 and (one := reader.next()):
                found.append(one)
        assert [(one.status, one.headers.pairs) for one in found] == [
            (103, ((b"link", b"a"),)),
            (200, ((b"a", b"b"), (b"content-length", b"3"))),
        ]
        assert reader.take() == b"abc"
        assert reader.empty


@pytest.mark.parametrize(
    ("headers", "length", "chunked"),
    [
        ((), None, False),
        ((b"Content-Length: 12",), 12, False),
        ((b"Content-Length: 007",), 7, False),
        ((b"Transfer-Encoding: Chunked",), None, True),
    ],
)
def test_says_how_the_body_ends(headers: tuple[bytes, ...], length: int | None, chunked: bool) -> None:  # noqa: FBT001
    found = head(*headers)
    assert (found.length, found.chunked, found.keeps) == (length, chunked, True)


@pytest.mark.parametrize(
    ("start", "headers", "keeps"),
    [
        (b"HTTP/1.1 200 OK", (b"Connection: keep-alive",), True),
        (b"HTTP/1.1 200 OK", (b"Connection: Close",), False),
        (b"HTTP/1.1 200 OK", (b"Connection: x", b"Connection: a, close"), False),
        (b"HTTP/1.0 200 OK", (b"Connection: keep-alive",), False),
    ],
)
def test_says_whether_the_connection_stays(start: bytes, headers: tuple[bytes, ...], keeps: bool) -> None:  # noqa: FBT001
    assert head(*headers, start=start).keeps is keeps


FAULTY = {
    "length and coding": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "coding and length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "one length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "length list": b"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
    "signed": b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "empty length": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    "endless length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "longer than any body": b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
    "gzip, chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "identity": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
    "coding twice": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "coding in 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "NUL in a value": b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
    "control byte": b"HTTP/1.1 200 OK\r\nX: \x1b\r\n\r\n",
    "bare LF": b"HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n",
    "bare CR": b"HTTP/1.1 200 OK\r\nX: a\rY: b\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    "space before the colon": b"HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
    "no colon": b"HTTP/1.1 200 OK\r\nX\r\n\r\n",
    "empty line first": b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\n\r\n",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n\r\n",
    "HTTP/0.9": b"<html>",
    "ICY": b"ICY 200 OK\r\n\r\n",
    "a request": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "two digits": b"HTTP/1.1 99 No\r\n\r\n",
    "four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "600": b"HTTP/1.1 600 No\r\n\r\n",
    "too many": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 6 + b"\r\n",
    "too large": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300 + b"\r\n\r\n",
    "too large and not whole": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300,
    "TLS": b"\x15\x03\x01\x00\x02\x02",
}


@pytest.mark.parametrize("raw", FAULTY.values(), ids=FAULTY)
def test_an_answer_in_doubt_is_none(raw: bytes) -> None:
    with pytest.raises(FaultyAnswer):
        read(raw)


def test_a_head_that_is_printed_shows_nothing() -> None:
    assert repr(head(b"Set-Cookie: s3cr3t")) == "AnswerHead(200)"
