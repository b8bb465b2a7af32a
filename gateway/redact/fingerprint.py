"""Which token, subject or client was it, without writing it down?

Keyed, so that nobody who reads the logs can try candidates; the same key on every replica gives the same
fingerprint. 80 bits: enough to tell a deployment's tokens apart, too few to be worth forging.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    pass

MIN_KEY_BYTES: Final = 16
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 section 6, in lower case
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Two characters for each ten bits: base64.b32encode costs ten times as much."""


class Fingerprints:
    """Names of secrets under one key. Keeps nothing that it was shown."""

    __slots__ = ("_begun", "_outer")

    def __init__(self, key: bytes) -> None:
        """Raises: ValueError for a key under 16 bytes (128 bits; RFC 2104 section 3)."""
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the fingerprint key is shorter than {MIN_KEY_BYTES} bytes")
        # RFC 2104, with both of its hashes begun: up to the domain the message is always the same.
        block = (sha256(key).digest() if len(key) > _BLOCK else bytes(key)).ljust(_BLOCK, b"\0")
        inner = block.translate(_INNER)
        self._outer = sha256(block.translate(_OUTER))
        self._begun = {
            domain: sha256(inner + _with_length(domain))
            for domain in (b"token", b"jwt", b"subject", b"client")
        }

    def token(self, text: bytes) -> str:
        """Give `tfp1_` and 16 characters.

        A JWT counts without its signature: whoever has one ES256 signature (r, s) can write the other,
        (r, n - s), and either may be padded, so one token would have many names. Anything else is taken
        whole. Never: the same for a JWT and for an opaque token that spells its first two segments.
        """
        signed, _, signature = text.rpartition(b".")
        if _is_signed_part(signed) and not signature.translate(None, _OF_SIGNATURES):
            return self._fingerprint("tfp1_", b"jwt", signed)
        return self._fingerprint("tfp1_", b"token", text)

    def subject(self, issuer_id: str, subject: str) -> str:
        """Give `sfp1_` and 16 characters: two issuers' `alice` are two subjects."""
        return self._fingerprint("sfp1_", b"subject", _octets(issuer_id), _octets(subject))

    def client(self, issuer_id: str, client_id: str) -> str:
        """Give `cfp1_` and 16 characters: two issuers' `cli` are two clients."""
        return self._fingerprint("cfp1_", b"client", _octets(issuer_id), _octets(client_id))

    # --- private ---

    def _fingerprint(self, prefix: str, domain: bytes, *parts: bytes) -> str:
        """Each part with its length, the first naming the domain: no two lists give the same bytes."""
        inner, outer = self._begun[domain].copy(), self._outer.copy()
        for part in parts:
            inner.update(_with_length(part))
        outer.update(inner.digest())
        digest = outer.digest()
        return prefix + _forty_bits(digest[:5]) + _forty_bits(digest[5:10])


def _forty_bits(octets: bytes) -> str:
    bits, pairs = int.from_bytes(octets), _PAIRS
    return pairs[bits >> 30] + pairs[bits >> 20 & 0x3FF] + pairs[bits >> 10 & 0x3FF] + pairs[bits & 0x3FF]


def _is_signed_part(text: bytes) -> bool:
    """Whether it can be the header and the payload of a JWT."""
    return text.startswith(_JSON_OBJECTS) and text.count(b".") == 1 and not text.translate(None, _OF_JWTS)


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(8) + part


# A header is a JSON object, so base64url of it begins with `ey` (`{"` or `{ `) or `ew` (`{` and a line
# break or tab). Without this, tokens such as PASETO's `v4.public.<payload>`, or opaque ones of three
# parts of which the last is the secret, would share a fingerprint. The alphabet of the signature is
# generous: a padded or re-spelt one is still the same token.
_JSON_OBJECTS: Final = (b"ey", b"ew")
_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_OF_JWTS: Final = _BASE64URL + b"."
_OF_SIGNATURES: Final = _BASE64URL + b"+/="

_BLOCK: Final = 64  # octets that SHA-256 takes at once
_INNER: Final = bytes(octet ^ 0x36 for octet in range(256))
_OUTER: Final = bytes(octet ^ 0x5C for octet in range(256))


def _octets(text: str) -> bytes:
    # A lone surrogate is not refused here: a record must never fail for what a claim holds.
    return text.encode("utf-8", "surrogatepass")
