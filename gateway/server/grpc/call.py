"""What does one call ask, and is it one that we answer?

gRPC over HTTP/2 as its own document has it (PROTOCOL-HTTP2): a POST to `/<service>/<method>`, one message
behind five octets that say its length, nothing compressed. What is not that gets a status of gRPC's own,
which Envoy takes for a failure of the authorizer and never for a permit.
"""

from typing import Final

from gateway.core.headers import HeaderPairs

CHECK: Final = b"/envoy.service.auth.v3.Authorization/Check"
MAX_MESSAGE: Final = 256 * 1024
"""Envoy sends no body; 60 KiB of headers are its own limit."""
FRAMED: Final = 5
"""A message begins with whether it is compressed, and with its length in four octets."""

Unanswered = HeaderPairs
"""The whole answer to a call that is none: headers, and the end of the stream."""


def _status(code: bytes) -> Unanswered:
    return ((b":status", b"200"), (b"content-type", b"application/grpc"), (b"grpc-status", code))


ANSWERED: Final = ((b":status", b"200"), (b"content-type", b"application/grpc"))
WELL: Final = ((b"grpc-status", b"0"),)

NO_POST: Final = ((b":status", b"405"),)
NO_GRPC: Final = ((b":status", b"415"),)
TOO_LARGE: Final = _status(b"8")  # RESOURCE_EXHAUSTED
UNKNOWN: Final = _status(b"12")  # UNIMPLEMENTED: the method, or the compression
MISFRAMED: Final = _status(b"13")  # INTERNAL
TOO_SLOW: Final = _status(b"14")  # UNAVAILABLE


class NoCall(Exception):
    """It is not answered as a call. Carries what is answered, and nothing of the call."""

    __slots__ = ("answer",)

    def __init__(self, answer: Unanswered) -> None:
        super().__init__()
        self.answer: Final = answer


class Call:
    """A call whose message is on its way. Holds a credential: never print it."""

    __slots__ = ("_parts", "began", "octets", "said")

    def __init__(self, headers: HeaderPairs, *, began: float) -> None:
        """`headers` as they came, the pseudo ones first (RFC 9113 section 8.3).

        `began` is when, on the loop's clock. Raises: NoCall.
        """
        pseudo = dict(headers[:_PSEUDO])
        if pseudo.get(b":method") != b"POST":
            raise NoCall(NO_POST)
        if not _is_grpc(headers):
            raise NoCall(NO_GRPC)
        if pseudo.get(b":path") != CHECK:
            raise NoCall(UNKNOWN)
        self.said: Final = tuple(pair for pair in headers if not pair[0].startswith(b":"))
        """What the caller says beside the message."""
        self.began = began
        self.octets = 0
        """How many of its message are here."""
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> None:
        """Take what arrived. Raises: NoCall for more than a message may have."""
        self.octets += len(part)
        if self.octets > FRAMED + MAX_MESSAGE:
            raise NoCall(TOO_LARGE)
        self._parts.append(part)

    def message(self) -> bytes:
        """Give the message, now that all of it is here. Raises: NoCall where it is not exactly one."""
        whole = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        if whole[:1] == b"\1":
            raise NoCall(UNKNOWN)  # compressed: we have said that we take none
        if whole[:1] != b"\0" or int.from_bytes(whole[1:FRAMED], "big") != len(whole) - FRAMED:
            raise NoCall(MISFRAMED)
        return whole[FRAMED:]

    def __repr__(self) -> str:
        return f"Call({self.octets})"


def framed(message: bytes) -> bytes:
    """Put a message behind its length."""
    return b"\0" + len(message).to_bytes(4, "big") + message


# --- private ---

_PSEUDO: Final = 4
_TYPE: Final = b"application/grpc"


def _is_grpc(headers: HeaderPairs) -> bool:
    """`application/grpc`, or that with `+proto` or parameters behind it."""
    said = [value for name, value in headers if name == b"content-type"]
    return len(said) == 1 and (said[0] == _TYPE or said[0].startswith((_TYPE + b"+proto", _TYPE + b";")))
