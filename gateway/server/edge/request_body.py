"""Does a request's body come unasked, how much of it is still to come, and is it more than we take?"""

from gateway.dialects.wire import HttpRequest
from gateway.server.edge.body import Body, ChunkedBody, MalformedBody, SizedBody
from gateway.server.edge.fault import EdgeFault, FaultyRequest
from gateway.server.http1.head import Frame


class RequestBody:
    """One body, from its head to its end."""

    __slots__ = ("_body", "_most", "_taken", "_to_drain")

    def __init__(self, length: int | None) -> None:
        """Expect `length` octets; None: chunks."""
        self._body: Body = ChunkedBody() if length is None else SizedBody(length)
        self._taken = 0
        self._most: int | None = None
        self._to_drain = 0

    @property
    def ended(self) -> bool:
        """All of it has been fed."""
        return self._body.ended

    @property
    def rest(self) -> bytes:
        """Once it has ended: what was fed beyond."""
        return self._body.rest

    def bound(self, most: int) -> None:
        """Take `most` octets in all. Raises: FaultyRequest, at once where it is known to be more."""
        self._most = most
        self._check(self._body.left if isinstance(self._body, SizedBody) else 0)

    def feed(self, data: bytes) -> bytes:
        """Give the content. Raises: FaultyRequest where it is malformed, or too much in all."""
        try:
            content = self._body.feed(data)
        except MalformedBody:
            raise FaultyRequest(EdgeFault.MALFORMED_BODY) from None
        self._taken += len(content)
        self._check(0)
        return content

    def begin_to_drain(self, most: int) -> bool:
        """Read on only to drop it, `most` octets. Says no where it is known to be more."""
        self._to_drain = most
        return not (isinstance(self._body, SizedBody) and self._body.left > most)

    def drain(self, data: bytes) -> bool:
        """Drop a part. Says no where it was too much, or malformed."""
        self._to_drain -= len(data)
        try:
            self._body.feed(data)
        except MalformedBody:
            return False
        return self._body.ended or self._to_drain >= 0

    def _check(self, to_come: int) -> None:
        if self._most is not None and self._taken + to_come > self._most:
            raise FaultyRequest(EdgeFault.BODY_TOO_LARGE)


def expects_continue(request: HttpRequest, frame: Frame) -> bool:
    """Whether the body comes only when it is asked for (RFC 9110 10.1.1). Raises: FaultyRequest."""
    if not request.headers.shape.places(b"expect") or not frame.http_1_1:
        return False  # from an older client it says nothing
    if [value.lower() for value in request.values(b"expect")] != [b"100-continue"]:
        raise FaultyRequest(EdgeFault.EXPECTATION)
    return frame.length != 0
