"""Which tokens did somebody paste, and what stands around them?

People copy a token out of a log with its header's name, its scheme, its quotes, or as a URL spells it. The
fingerprint is of the token that a client presented, so that all of this has to come off.
"""

import re
from typing import Final

MAX_LINE: Final = 64 * 1024
"""Longer than any token that the gateway reads (`gateway.core.jws.MAX_TOKEN_BYTES`)."""


class NoToken(ValueError):
    """A line cannot be a token. Says which, never what is in it."""


def tokens_in(text: bytes) -> tuple[bytes, ...]:
    """Give the tokens, one a line, each once, in their order.

    Takes off: white space, quotes, a comma or semicolon behind, `Authorization:`, a scheme, and what a URL
    has made of the dots and of the padding of a JWT. Raises: NoToken for a line that is longer than a token
    can be, or holds more than one word: a line of a log would get a name that is no token's.
    """
    found: dict[bytes, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            raise NoToken(f"line {number} is longer than {MAX_LINE} bytes: no token")
        token = _bare(line)
        if len(token.split()) > 1:
            raise NoToken(f"line {number} is more than a token: cut the token out, and nothing else")
        if token:
            found[token] = None
    return tuple(found)


# --- private ---

_AROUND: Final = b" \t\r\n\f\v\"'`"
_BEFORE: Final = re.compile(
    rb"(?:(?:proxy-)?authorization[\"']?[ \t]*[:=][ \t]*[\"']?)?(?:(?:bearer|dpop|token)[ \t]+)?",
    re.IGNORECASE,
)
_DOT: Final = re.compile(rb"%(?:25)?2e", re.IGNORECASE)
_PADDING: Final = re.compile(rb"(?:%(?:25)?3d|=)+$", re.IGNORECASE)
_JWT: Final = re.compile(rb"e[yw][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def _bare(line: bytes) -> bytes:
    text = line.strip(_AROUND).rstrip(b",;").strip(_AROUND)
    before = _BEFORE.match(text)
    text = text[before.end() if before else 0 :].strip(_AROUND)
    spelt = _PADDING.sub(b"", _DOT.sub(b".", text))
    return spelt if _JWT.fullmatch(spelt) else text
