"""What becomes of a connection after an answer?"""

from enum import Enum, auto


class After(Enum):
    """What becomes of the connection after the answer (RFC 9112 9.3)."""

    CLOSE = auto()
    STAY = auto()
    """HTTP/1.1: needs no word."""
    STAY_1_0 = auto()
    """HTTP/1.0: stays only if both sides say `keep-alive`."""
