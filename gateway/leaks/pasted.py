"""Which tokens did somebody paste, and what stands around them?

People copy a token out of a log with its header's name, its scheme, its quotes, or as a URL spells it. The
fingerprint is of the token that a client presented, so that all of this has to come off.
"""

import re
from codecs import BOM_UTF8
from typing import Final

from gateway.leaks.wide import narrowed
from gateway.redact.spelling import DOT, EQUALS

MAX_LINE: Final = 64 * 1024
"""Longer than any token that the gateway reads (`gateway.core.jws.MAX_TOKEN_BYTES`)."""


class NoToken(ValueError):
    """A line cannot be a token. Says which, never what is in it."""


def tokens_in(text: bytes) -> tuple[bytes, ...]:
    """Give the tokens, one a line, each once, in their order.

    Takes off: white space, quotes, a comma or semicolon behind, a byte order mark, `Authorization:`, a
    scheme, and of a JWT the name before it, and what a URL or JSON has made of its dots and of its padding.
    UTF-16 is read. Raises: NoToken for a line that is longer than a token can be, or holds more than one
    word: a line of a log would get a name that is no token's.
    """
    found: dict[bytes, None] = {}
    text = b"".join(narrowed((text,))).removeprefix(BOM_UTF8)
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
_DOT: Final = re.compile(DOT.encode())
_PADDING: Final = re.compile(f"{EQUALS}+$".encode())
_JWT: Final = re.compile(
    rb"(?:[?&;]?[A-Za-z0-9_.-]{1,64}[\"']?[=:][ ]?[\"']?)?"
    rb"(e[yw][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"
)
"""Behind a parameter's name too. An opaque token may hold an equals sign itself."""


def _bare(line: bytes) -> bytes:
    text = line.strip(_AROUND).rstrip(b",;").strip(_AROUND)
    before = _BEFORE.match(text)
    text = text[before.end() if before else 0 :].strip(_AROUND)
    spelt = _PADDING.sub(b"", _DOT.sub(b".", text))
    jwt = _JWT.fullmatch(spelt)
    return jwt[1] if jwt else text
