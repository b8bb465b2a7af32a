"""Which token, subject or client was it, without writing it down?

Keyed, so that nobody who reads the logs can try candidates; the same key on every replica gives the same
fingerprint. 80 bits: enough to tell a deployment's tokens apart, too few to be worth forging.
"""

import hmac
import re
from typing import Final

MIN_KEY_BYTES: Final = 16
_OCTETS: Final = 10  # 80 bits, 16 characters of base32
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 section 6, in lower case
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Two characters for each ten bits: base64.b32encode costs ten times as much."""
_SHIFTS: Final = tuple(range(70, -1, -10))


class Fingerprints:
    """Names of secrets under one key. Keeps nothing that it was shown."""

    __slots__ = ("_begun",)

    def __init__(self, key: bytes) -> None:
        """Raises: ValueError for a key under 16 bytes (128 bits; RFC 2104 section 3)."""
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the fingerprint key is shorter than {MIN_KEY_BYTES} bytes")
        # Up to the domain the message is always the same: that much is worked out once.
        self._begun = {
            domain: hmac.new(bytes(key), _with_length(domain), "sha256")
            for domain in (b"token", b"jwt", b"subject", b"client")
        }

    def token(self, text: bytes) -> str:
        """Give `tfp1_` and 16 characters.

        A JWT counts without its signature: whoever has one ES256 signature (r, s) can write the other,
        (r, n - s), and either may be padded, so one token would have many names. Anything else is taken
        whole. Never: the same for a JWT and for an opaque token that spells its first two segments.
        """
        jwt = _JWT.fullmatch(text)
        if jwt is None:
            return self._fingerprint("tfp1_", b"token", text)
        return self._fingerprint("tfp1_", b"jwt", jwt[1])

    def subject(self, issuer_id: str, subject: str) -> str:
        """Give `sfp1_` and 16 characters: two issuers' `alice` are two subjects."""
        return self._fingerprint("sfp1_", b"subject", _octets(issuer_id), _octets(subject))

    def client(self, issuer_id: str, client_id: str) -> str:
        """Give `cfp1_` and 16 characters: two issuers' `cli` are two clients."""
        return self._fingerprint("cfp1_", b"client", _octets(issuer_id), _octets(client_id))

    # --- private ---

    def _fingerprint(self, prefix: str, domain: bytes, *parts: bytes) -> str:
        """Each part with its length, the first naming the domain: no two lists give the same bytes."""
        begun = self._begun[domain].copy()
        for part in parts:
            begun.update(_with_length(part))
        number = int.from_bytes(begun.digest()[:_OCTETS])
        return prefix + "".join([_PAIRS[number >> shift & 0x3FF] for shift in _SHIFTS])


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(8) + part


# A header is a JSON object, so base64url of it begins with `ey` (`{"` or `{ `) or `ew` (`{` and a line
# break or tab). Without this, tokens such as PASETO's `v4.public.<payload>`, or opaque ones of three
# parts of which the last is the secret, would share a fingerprint. The alphabet of the signature is
# generous: a padded or re-spelt one is still the same token.
_JWT: Final = re.compile(rb"(e[wy][A-Za-z0-9_-]*+\.[A-Za-z0-9_-]*+)\.[A-Za-z0-9_+/=-]*+")


def _octets(text: str) -> bytes:
    # A lone surrogate is not refused here: a record must never fail for what a claim holds.
    return text.encode("utf-8", "surrogatepass")
