"""How an answer ends, on either side."""

import pytest

from gateway.server.edge.answer_framing import framed
from gateway.server.edge.body import ChunkedBody, EndlessBody, SizedBody
from tests.server.edge.test_response_head import head

LENGTH, CHUNKS = b"content-length: 3\r\n", b"transfer-encoding: chunked\r\n"
SAYS_LENGTH, SAYS_CHUNKS = b"Content-Length: 3", b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("said", "http_1_1", "body", "framing"),
    [
        (SAYS_LENGTH, True, SizedBody, LENGTH),
        (SAYS_LENGTH, False, SizedBody, LENGTH),
        (SAYS_CHUNKS, True, ChunkedBody, CHUNKS),
        (SAYS_CHUNKS, False, ChunkedBody, b""),
        (b"A: b", True, EndlessBody, CHUNKS),
        (b"A: b", False, EndlessBody, b""),
    ],
)
def test_each_way_in_has_a_way_out(said: bytes, http_1_1: bool, body: type, framing: bytes) -> None:  # noqa: FBT001
    found = framed(head(said), bodiless=False, http_1_1=http_1_1)
    assert isinstance(found.body, body)
    assert (found.framing, found.chunks, found.keeps) == (framing, framing == CHUNKS, True)


@pytest.mark.parametrize(
    ("start", "said", "framing", "keeps"),
    [
        (b"HTTP/1.1 304 Not Modified", SAYS_LENGTH, LENGTH, True),
        (b"HTTP/1.1 200 OK", SAYS_CHUNKS, b"", True),  # to HEAD
        (b"HTTP/1.1 204 No Content", b"A: b", b"", True),
        (b"HTTP/1.1 204 No Content", SAYS_LENGTH, b"", False),
        (b"HTTP/1.1 204 No Content", SAYS_CHUNKS, b"", False),
        (b"HTTP/1.1 304 Not Modified", b"Connection: close", b"", False),
    ],
)
def test_what_has_no_body_ends_with_its_head(start: bytes, said: bytes, framing: bytes, keeps: bool) -> None:  # noqa: FBT001
    found = framed(head(said, start=start), bodiless=True, http_1_1=True)
    assert found.body.ended
    assert (found.framing, found.chunks, found.keeps) == (framing, False, keeps)
