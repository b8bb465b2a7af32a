"""Is this a compact JWS of one strict form, and whose key signed it?

`parse` believes nothing: it gives the parts of a token that has the one allowed form. `open_` checks the
signature under a key of the issuer and gives `SignedClaims`, which are true for ever: no clock has
been read. This is the one door to PyJWT, and only to its signature layer; `jwt.decode` reads the clock
and gives the same dict for what was verified and what was not.

Sources: RFC 7515 sections 4.1, 5.2 and 7.1, RFC 7519 section 7.2, RFC 8725 sections 3.1-3.7.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jwt.algorithms import Algorithm, get_default_algorithms

from gateway.core.base64url import NotCanonical, decode
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import EDDSA_ALGORITHMS, MAX_KID_LENGTH, VerificationKey
from gateway.core.reason import Reason, Refusal
from gateway.core.strict_json import DuplicateMember, JsonLimits, NotStrict, parse_object

MAX_TOKEN_BYTES: Final = 16 * 1024
MAX_SAME_KID: Final = 4
"""Keys that may share a kid (RFC 7517 section 4.5); each costs a signature check."""

_HEADER_LIMITS: Final = JsonLimits(max_bytes=4096, max_depth=3, max_members=32)
_CLAIMS_LIMITS: Final = JsonLimits(max_bytes=MAX_TOKEN_BYTES, max_depth=12, max_members=1024)


class UnverifiedJws(NamedTuple):
    """The parts of a token in the allowed form. Nothing in it is true yet, and it is never printed."""

    header: Mapping[str, Any]
    unverified_claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes
    algorithm: str
    """The header's `alg`."""
    kid: str | None
    """The header's `kid`, where there is one."""

    def __repr__(self) -> str:
        return "UnverifiedJws()"


class SignedClaims(NamedTuple):
    """A claim set whose signature a key of `issuer_id` verifies. Says nothing about now."""

    issuer_id: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    key: VerificationKey
    candidates: tuple[VerificationKey, ...]
    """All keys of the issuer that fitted the header, in order; `key` is one of them."""

    def __repr__(self) -> str:
        return f"SignedClaims(issuer_id={self.issuer_id!r})"


def parse(token: UnverifiedToken) -> UnverifiedJws:
    """Take a token apart.

    Raises: Refusal(token_too_large | token_malformed | token_encrypted | token_json_malformed |
    token_member_duplicate | token_header_forbidden | algorithm_not_allowed).
    Never: verifies anything, follows anything that the header names.
    """
    text = token.text
    if len(text) > MAX_TOKEN_BYTES:
        raise Refusal(Reason.TOKEN_TOO_LARGE, f"{len(text)} bytes")
    segments = text.split(b".", 5)
    if len(segments) != 3:
        if len(segments) == 5:
            raise Refusal(Reason.TOKEN_ENCRYPTED)
        raise Refusal(Reason.TOKEN_MALFORMED, "not three segments")
    header = _header(segments[0])
    claims = _object(segments[1], _CLAIMS_LIMITS)
    signature = _octets(segments[2])
    signing_input = text[: -len(segments[2]) - 1]
    return UnverifiedJws(header, claims, signing_input, signature, header["alg"], header.get("kid"))


def open_(jws: UnverifiedJws, issuer_id: str, candidates: tuple[VerificationKey, ...]) -> SignedClaims:
    """Check the signature under the candidate keys, all of which are the issuer's and fit `alg`.

    Raises: Refusal(key_unknown | key_ambiguous | signature_invalid).
    Never: tries a key of another issuer, or of another algorithm than the header's.
    """
    if not candidates:
        raise Refusal(Reason.KEY_UNKNOWN)
    if jws.kid is None and len(candidates) > 1:
        raise Refusal(Reason.KEY_AMBIGUOUS, f"{len(candidates)} keys would fit")
    algorithm = _ALGORITHMS[jws.algorithm]
    for key in islice(candidates, MAX_SAME_KID):
        if algorithm.verify(jws.signing_input, key.key, jws.signature):
            return SignedClaims(issuer_id, jws.header, jws.unverified_claims, key, candidates)
    raise Refusal(Reason.SIGNATURE_INVALID, rests_on_keys_of=issuer_id)


def canonical_algorithm(name: str) -> str:
    """Give `EdDSA` for both of its names (RFC 8037, RFC 9864), every other name as it is."""
    return "EdDSA" if name in EDDSA_ALGORITHMS else name


# --- private ---

_ALGORITHMS: Final[dict[str, Algorithm]] = {
    name: algorithm
    for name, algorithm in get_default_algorithms().items()
    if name[:2] in {"RS", "PS"} or name in {"ES256", "ES384", "ES512", "EdDSA"}
}
_ALGORITHMS["Ed25519"] = _ALGORITHMS["EdDSA"]

_FORBIDDEN: Final = frozenset({"crit", "b64", "zip", "jwk", "jku", "x5u", "x5c", "enc", "epk", "p2c"})
"""crit: we understand no extension (RFC 7515 section 4.1.11). The keys and URLs: RFC 8725 section 3.10."""


def _octets(segment: bytes) -> bytes:
    try:
        return decode(segment)
    except NotCanonical:
        raise Refusal(Reason.TOKEN_MALFORMED, "not canonical base64url") from None


def _object(segment: bytes, limits: JsonLimits) -> dict[str, Any]:
    try:
        return parse_object(_octets(segment), limits)
    except DuplicateMember:
        raise Refusal(Reason.TOKEN_MEMBER_DUPLICATE) from None
    except NotStrict as error:
        raise Refusal(Reason.TOKEN_JSON_MALFORMED, str(error)) from None


@lru_cache(maxsize=256)
def _header(segment: bytes) -> Mapping[str, Any]:
    """All tokens of one key have one header: it is read once. It names nobody; refusals are not kept."""
    return MappingProxyType(_checked_header(_object(segment, _HEADER_LIMITS)))


def _checked_header(header: dict[str, Any]) -> dict[str, Any]:
    present = _FORBIDDEN.intersection(header)
    if present:
        raise Refusal(Reason.TOKEN_HEADER_FORBIDDEN, ", ".join(sorted(present)))
    for name in ("kid", "typ", "cty"):
        if not isinstance(header.get(name, ""), str):
            raise Refusal(Reason.TOKEN_HEADER_FORBIDDEN, f"{name} is not a string")
    if len(header.get("kid", "")) > MAX_KID_LENGTH:
        raise Refusal(Reason.TOKEN_HEADER_FORBIDDEN, "kid is too long")
    if header.get("cty", "").lower().removeprefix("application/") == "jwt":
        raise Refusal(Reason.TOKEN_HEADER_FORBIDDEN, "a token inside the token")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise Refusal(Reason.ALGORITHM_NOT_ALLOWED, "not an asymmetric algorithm we know")
    return header
