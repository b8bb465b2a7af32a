"""How do two ends that have switched protocols speak, and how do we part them?"""

import asyncio
from collections.abc import Callable

from gateway.dialects.wire import Forward
from gateway.server.edge.fault import EdgeFault, FaultyRequest
from gateway.server.edge.frames import POLICY_VIOLATION, Frames, close_frame
from gateway.server.edge.response_head import AnswerHead
from gateway.server.http1.head import Frame


class Tunnel:
    """Bytes both ways, as they come. Only the frames towards the client are followed, to end between two."""

    __slots__ = ("_end", "_frames", "_to_client", "from_client")

    def __init__(self, to_client: Callable[[bytes], None], to_upstream: Callable[[bytes], None]) -> None:
        self._frames = Frames()
        self._to_client = to_client
        self._end: asyncio.TimerHandle | None = None
        self.from_client = to_upstream

    def from_upstream(self, data: bytes) -> None:
        """Pass on."""
        self._frames.feed(data)
        self._to_client(data)

    def end_in(self, delay_s: float, close: Callable[[int], None]) -> None:
        """Have it closed then, as a violation of policy: what permitted it has ended."""
        self._end = asyncio.get_running_loop().call_later(max(delay_s, 0.0), close, POLICY_VIOLATION)

    def forget(self) -> None:
        """Have it closed at no time."""
        if self._end is not None:
            self._end.cancel()

    def farewell(self, code: int) -> bytes:
        """Give the Close frame that ends it; none within a frame of the server's, or after its own Close."""
        return close_frame(code) if self._frames.between and not self._frames.closed else b""


def switches(head: AnswerHead, protocol: bytes) -> bool:
    """Whether a 101 switches to what was asked, and to nothing else (RFC 9110 7.8)."""
    upgrade = head.headers.all(b"upgrade")
    connection = b",".join(head.headers.all(b"connection")).lower().split(b",")
    return (
        [value.lower() for value in upgrade] == [protocol]
        and b"upgrade" in [option.strip(b" \t") for option in connection]
        and not head.chunked
        and not head.length
    )


def upgradable(forward: Forward, frame: Frame) -> Forward:
    """Give what is to be passed on, without an upgrade that an older client cannot ask for (RFC 9110 7.8).

    Raises: FaultyRequest where there is a body as well: the other protocol would begin somewhere within.
    """
    if forward.upgrade is None:
        return forward
    if frame.length != 0:
        raise FaultyRequest(EdgeFault.MALFORMED_BODY)
    return forward if frame.http_1_1 else forward._replace(upgrade=None)
