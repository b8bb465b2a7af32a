"""Is this exactly one spelling of these octets?

base64url without padding (RFC 7515 section 2), and canonical: the unused bits of the last character
are zero. A decoder that forgives them gives every signature several spellings, and with them a way
around whatever is keyed on the text of a token.
"""

import re
from binascii import a2b_base64, b2a_base64
from typing import Final


class NotCanonical(ValueError):
    """The text is not canonical base64url. Never holds the text."""


def decode(text: bytes) -> bytes:
    """Give the octets. Raises NotCanonical for padding, other characters, or spare bits that are set."""
    spare = len(text) % 4
    if _CHARACTERS.fullmatch(text) is None or (spare and text[-1:] not in _LAST[spare]):
        raise NotCanonical
    return a2b_base64(text.translate(_TO_BASE64) + b"=" * (-len(text) % 4))


def encode(octets: bytes) -> bytes:
    """Give the one spelling of the octets."""
    return b2a_base64(octets, newline=False).translate(_FROM_BASE64).rstrip(b"=")


# --- private ---

_CHARACTERS: Final = re.compile(rb"[A-Za-z0-9_-]*")
_LAST: Final[tuple[bytes, ...]] = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
"""What may end a text that is 1, 2 or 3 over a multiple of four: nothing; four zero bits; two."""
_TO_BASE64: Final = bytes.maketrans(b"-_", b"+/")
_FROM_BASE64: Final = bytes.maketrans(b"+/", b"-_")
