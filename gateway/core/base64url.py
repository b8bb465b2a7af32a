"""Is this exactly one spelling of these octets?

base64url without padding (RFC 7515 section 2), and canonical: the unused bits of the last character
are zero. A decoder that forgives them gives every signature several spellings, and with them a way
around whatever is keyed on the text of a token.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

_ALPHABET: Final = re.compile(rb"[A-Za-z0-9_-]*", re.ASCII)


class NotCanonical(ValueError):
    """The text is not canonical base64url. Never holds the text."""


def decode(text: bytes) -> bytes:
    """Give the octets. Raises NotCanonical for padding, other characters, or spare bits that are set."""
    if _ALPHABET.fullmatch(text) is None or len(text) % 4 == 1:
        raise NotCanonical
    octets = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if (
        len(text) % 4
        and urlsafe_b64encode(octets[-2:] if len(text) % 4 == 3 else octets[-1:]).rstrip(b"=")[-1] != text[-1]
    ):
        raise NotCanonical
    return octets


def encode(octets: bytes) -> bytes:
    """Give the one spelling of the octets."""
    return urlsafe_b64encode(octets).rstrip(b"=")
