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
    if _CANONICAL.fullmatch(text) is None:
        raise NotCanonical
    return a2b_base64(text.translate(_TO_BASE64) + b"=" * (-len(text) % 4))


def encode(octets: bytes) -> bytes:
    """Give the one spelling of the octets."""
    return b2a_base64(octets, newline=False).translate(_FROM_BASE64).rstrip(b"=")


# --- private ---

# Whole groups of four; then two characters whose last has four zero bits, or three with two zero bits.
_CANONICAL: Final = re.compile(
    rb"(?:[A-Za-z0-9_-]{4})*+(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?"
)
_TO_BASE64: Final = bytes.maketrans(b"-_", b"+/")
_FROM_BASE64: Final = bytes.maketrans(b"+/", b"-_")
