"""Is this exactly one spelling of these octets?

base64url without padding (RFC 7515 section 2), and canonical: the unused bits of the last character
are zero. A decoder that forgives them gives every signature several spellings, and with them a way
around whatever is keyed on the text of a token.
"""

from binascii import Error, a2b_base64, b2a_base64
from typing import Final


class NotCanonical(ValueError):
    """The text is not canonical base64url. Never holds the text."""


def decode(text: bytes) -> bytes:
    """Give the octets. Raises NotCanonical for padding, other characters, or spare bits that are set."""
    spare = len(text) % 4
    if spare and text[-1:] not in _LAST[spare]:
        raise NotCanonical
    try:
        return a2b_base64(text.translate(_TO_BASE64) + _PADDING[spare], strict_mode=True)
    except Error:
        raise NotCanonical from None


def encode(octets: bytes) -> bytes:
    """Give the one spelling of the octets."""
    return b2a_base64(octets, newline=False).translate(_FROM_BASE64).rstrip(b"=")


# --- private ---

_LAST: Final[tuple[bytes, ...]] = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
"""What may end a text that is 1, 2 or 3 over a multiple of four: nothing; four zero bits; two."""
_PADDING: Final[tuple[bytes, ...]] = (b"", b"", b"==", b"=")
_TO_BASE64: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
"""What only base64 has becomes what it has not: the strict decoder refuses every other character."""
_FROM_BASE64: Final = bytes.maketrans(b"+/", b"-_")
