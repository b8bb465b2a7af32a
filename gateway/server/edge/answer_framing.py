"""Where does an answer end for the server, and how is that said to the client?"""

from typing import Final, NamedTuple

from gateway.server.edge.body import Body, ChunkedBody, EndlessBody, SizedBody
from gateway.server.edge.response_head import AnswerHead

BODILESS: Final = (204, 304)
"""Whatever their heads say (RFC 9112 6.3)."""


class Framed(NamedTuple):
    """One answer, between the two."""

    body: Body
    framing: bytes
    """Whole lines for the client. None for a body: it ends with the connection."""
    chunks: bool
    """Whether the client gets the content in chunks."""
    keeps: bool
    """Whether its server's connection may be used again, once the body has ended."""


def framed(head: AnswerHead, *, bodiless: bool, http_1_1: bool) -> Framed:
    """Frame an answer for a client that speaks 1.1, or not; `bodiless` by its status or the method asked."""
    said = b"" if head.length is None or head.status == 204 else sized(head.length)
    if bodiless:
        # RFC 9110 8.6, 9112 6.1: a 204 says neither. What stands behind one that does is in doubt.
        odd = head.status == 204 and (head.chunked or head.length)
        return Framed(SizedBody(0), said, chunks=False, keeps=head.keeps and not odd)
    if head.length is not None:
        return Framed(SizedBody(head.length), said, chunks=False, keeps=head.keeps)
    body = ChunkedBody() if head.chunked else EndlessBody()
    framing = b"transfer-encoding: chunked\r\n" if http_1_1 else b""
    return Framed(body, framing, chunks=http_1_1, keeps=head.keeps)


def sized(length: int) -> bytes:
    """Say a length."""
    return b"content-length: %d\r\n" % length
