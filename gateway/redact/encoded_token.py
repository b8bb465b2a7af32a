"""Is there a JWT in this base64?

Secrets of Kubernetes hold tokens in base64 (their `data`), and so do kubeconfigs that were encoded whole.
"""

import re
from base64 import b64decode
from binascii import Error
from typing import Final

from gateway.redact.compact_token import CompactTokens
from gateway.redact.judge import touches_a_word
from gateway.redact.span import NOTHING, Looked, Measured, Open, Passed, Reach
from gateway.redact.token_kind import MAX_HEADER_BYTES

TYPE: Final = "jwt-base64"
START: Final = "ZXlK[A-Za-z0-9+/_-]{20}"
"""base64 of `eyJ`."""


class EncodedTokens:
    """Measures them."""

    __slots__ = ("_own_issuers",)

    def __init__(self, own_issuers: frozenset[str] = frozenset()) -> None:
        self._own_issuers = own_issuers

    def measure(self, text: bytes, at: int, reach: Reach) -> Measured:
        """Give all of the base64; its plain spelling is the token's."""
        if touches_a_word(text, at, reach.floor):  # and each run is gone through once
            return NOTHING
        run = _RUN.match(text, at, reach.end)
        if run is None or run.end() - at > _MAX_RUN:
            return Looked(at + _MAX_RUN + 1)
        try:
            plain = b64decode(run[1].translate(_STANDARD) + b"=" * (-len(run[1]) % 4), validate=True)
        except (Error, ValueError):
            return Looked(run.end() + 1)
        inside = CompactTokens(self._own_issuers).measure(plain, 0, Reach(0, len(plain), whole=True))
        if isinstance(inside, Open | Passed | Looked) or not inside:
            return Looked(run.end() + 1)
        return (inside[0]._replace(start=at, end=run.end(), type=TYPE),)


# --- private ---

_MAX_RUN: Final = 4 * MAX_HEADER_BYTES
_RUN: Final = re.compile(rb"([A-Za-z0-9+/_-]++)={0,2}")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
