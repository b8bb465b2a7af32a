"""Where in a stream of WebSocket frames can a frame of ours stand? Between two of them (RFC 6455 5.2)."""

from typing import Final

GOING_AWAY: Final = 1001
POLICY_VIOLATION: Final = 1008
_CLOSE: Final = 0x8
_FIN: Final = 0x80
_MASKED: Final = 0x80


class Frames:
    """Follows a stream by its frames' headers alone. Nothing is kept but the part of one that has arrived."""

    __slots__ = ("_header", "_left", "closed")

    def __init__(self) -> None:
        self._header = b""
        self._left = 0
        self.closed = False
        """A Close frame has passed: nothing may follow it (5.5.1)."""

    @property
    def between(self) -> bool:
        """Whether every frame that has begun has ended."""
        return not self._header and not self._left

    def feed(self, data: bytes) -> None:
        """Follow what has passed."""
        at = 0
        while at < len(data):
            if self._left:
                passed = min(self._left, len(data) - at)
                self._left -= passed
                at += passed
                continue
            due = _header_octets(self._header) - len(self._header)
            self._header += data[at : at + due]
            at += due
            if len(self._header) >= _header_octets(self._header):
                self._begin_frame()

    def _begin_frame(self) -> None:
        header, self._header = self._header, b""
        self._left = _payload_octets(header)
        self.closed = self.closed or header[0] & 0xF == _CLOSE


def close_frame(code: int) -> bytes:
    """Write a server's Close frame (5.5.1): not masked, without a reason."""
    return bytes((_FIN | _CLOSE, 2)) + code.to_bytes(2, "big")


# --- private ---


def _header_octets(header: bytes) -> int:
    """Tell how long a header is, as far as it shows."""
    if len(header) < 2:
        return 2
    extended = {126: 2, 127: 8}.get(header[1] & 0x7F, 0)
    return 2 + extended + (4 if header[1] & _MASKED else 0)


def _payload_octets(header: bytes) -> int:
    match header[1] & 0x7F:
        case 126:
            return int.from_bytes(header[2:4], "big")
        case 127:
            return int.from_bytes(header[2:10], "big")
        case octets:
            return octets
