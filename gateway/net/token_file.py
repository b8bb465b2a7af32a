"""Which token does this file hold right now?

A projected service account token is replaced by the kubelet long before it expires, so it is read at
each use.
"""

import re
from pathlib import Path
from typing import Final

_MAX_BYTES: Final = 16 * 1024
_TOKEN: Final = re.compile(rb"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 section 2.1, b64token


class TokenFileUnfit(ValueError):
    """The file is missing, or does not hold one token. Never holds what it read, nor the path."""


def read_token(path: str) -> str:
    """Give the token; white space around it is cut. Raises: TokenFileUnfit. Blocks: use a thread."""
    try:
        with Path(path).open("rb") as file:
            octets = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError):
        raise TokenFileUnfit from None
    token = octets.strip()
    if len(octets) > _MAX_BYTES or _TOKEN.fullmatch(token) is None:
        raise TokenFileUnfit
    return token.decode("ascii")
