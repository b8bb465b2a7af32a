"""Which of an issuer's published keys can be believed, and for what?

Takes the bytes of a JWK Set (RFC 7517) and gives a `KeySet` of prepared public keys. A key that is
not fit is dropped, with its reason, and the others stand: one bad key must not lock everybody out.
Symmetric keys never leave this file: an issuer that publishes one has published a secret.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.core.base64url import NotCanonical, decode, encode
from gateway.core.strict_json import JsonLimits, NotStrict, parse_object

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

MAX_KEYS: Final = 64
"""Large identity providers publish fewer than ten."""
MAX_KID_LENGTH: Final = 256
MIN_RSA_BITS: Final = 2048  # RFC 7518 section 3.3, "MUST be used"
MAX_RSA_BITS: Final = 8192  # a verification costs the square of this
_LIMITS: Final = JsonLimits(max_bytes=512 * 1024, max_depth=8, max_members=4096)

RSA_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
EC_ALGORITHMS: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_CURVES: Final[Mapping[str, type[ec.EllipticCurve]]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
}
EDDSA_ALGORITHMS: Final = frozenset({"EdDSA", "Ed25519"})
"""RFC 8037 says EdDSA, RFC 9864 says Ed25519; issuers send either."""
ALGORITHMS: Final = RSA_ALGORITHMS | frozenset(EC_ALGORITHMS.values()) | EDDSA_ALGORITHMS
"""Every algorithm an operator may list. All asymmetric."""

_ED25519_FIELD: Final = 2**255 - 19


class JwksMalformed(ValueError):
    """The document is not a JWK Set at all. Its text names no value of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationKey:
    """One believed public key, prepared, with the algorithms it may be used for."""

    kid: str | None
    algorithms: frozenset[str]
    key: PublicKey = field(repr=False)
    thumbprint: str
    """RFC 7638, SHA-256, base64url: the identity of the key whatever its kid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedKey:
    """One key that was not believed. `why` is from a closed vocabulary."""

    index: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """An issuer's believed keys at one moment."""

    keys: tuple[VerificationKey, ...]
    dropped: tuple[DroppedKey, ...] = ()
    _candidates: dict[tuple[str | None, str], tuple[VerificationKey, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was found before: all who remember it have one tuple. Only what is there is kept: few."""

    def candidates(self, kid: str | None, algorithm: str) -> tuple[VerificationKey, ...]:
        """The keys that may verify a token with this header.

        With a kid: those of that kid, for several keys may share one (RFC 7517 section 4.5). Without:
        all that fit the algorithm; the caller refuses more than one.
        """
        known = self._candidates.get((kid, algorithm))
        if known is not None:
            return known
        found = tuple(
            key for key in self.keys if algorithm in key.algorithms and (kid is None or key.kid == kid)
        )
        if found:
            self._candidates[kid, algorithm] = found
        return found

    def knows(self, kid: str) -> bool:
        """Whether any key has this kid, for whatever algorithm."""
        return any(key.kid == kid for key in self.keys)


def parse_jwks(document: bytes) -> KeySet:
    """Read a JWK Set (RFC 7517 section 5) and keep what is fit.

    Raises: JwksMalformed where there is no `keys` array, or more than 64 keys.
    Never: keeps a symmetric key, an RSA key under 2048 bits, a point off its curve, a key for
    encryption, or a key that carries private members.
    """
    try:
        body = parse_object(document, _LIMITS)
    except NotStrict as error:
        raise JwksMalformed(f"not a strict JSON object: {error}") from None
    entries = body.get("keys")
    if not isinstance(entries, list):
        raise JwksMalformed("no array `keys`")
    if len(entries) > MAX_KEYS:
        raise JwksMalformed(f"more than {MAX_KEYS} keys")
    kept: list[VerificationKey] = []
    dropped: list[DroppedKey] = []
    for index, entry in enumerate(entries):
        try:
            kept.append(_read(entry))
        except _Unfit as unfit:
            dropped.append(DroppedKey(index=index, why=str(unfit)))
    return KeySet(keys=tuple(kept), dropped=tuple(dropped))


# --- private ---


class _Unfit(Exception):
    """Why a key is dropped."""


def _read(entry: Any) -> VerificationKey:
    if not isinstance(entry, dict):
        raise _Unfit("not an object")
    kid = entry.get("kid")
    if kid is not None and (not isinstance(kid, str) or len(kid) > MAX_KID_LENGTH):
        raise _Unfit("kid is not a short string")
    if entry.get("use", "sig") != "sig":
        raise _Unfit("use is not sig")
    operations = entry.get("key_ops")
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        raise _Unfit("key_ops does not hold verify")
    if entry.get("kty") == "oct":
        raise _Unfit("symmetric key")
    if not _PRIVATE_MEMBERS.isdisjoint(entry):
        raise _Unfit("private members")
    key, fitting = _public_key(entry)
    algorithm = entry.get("alg")
    if algorithm is not None:
        fitting = fitting & _spellings(algorithm)
    if not fitting:
        raise _Unfit("alg does not fit the key")
    return VerificationKey(kid=kid, algorithms=fitting, key=key, thumbprint=thumbprint(key))


_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _spellings(algorithm: Any) -> frozenset[str]:
    if not isinstance(algorithm, str):
        return frozenset()
    return EDDSA_ALGORITHMS if algorithm in EDDSA_ALGORITHMS else frozenset({algorithm})


def _public_key(entry: Mapping[str, Any]) -> tuple[PublicKey, frozenset[str]]:
    match entry.get("kty"):
        case "RSA":
            return _rsa(entry), RSA_ALGORITHMS
        case "EC":
            return _ec(entry)
        case "OKP" if entry.get("crv") == "Ed25519":
            return _ed25519(entry), EDDSA_ALGORITHMS
        case _:
            raise _Unfit("kty or crv not supported")


def _rsa(entry: Mapping[str, Any]) -> rsa.RSAPublicKey:
    modulus, exponent = _integer(entry, "n"), _integer(entry, "e")
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise _Unfit(f"RSA modulus outside {MIN_RSA_BITS}-{MAX_RSA_BITS} bits")
    if modulus % 2 == 0:
        raise _Unfit("RSA modulus is even")
    # NIST SP 800-56B section 6.2: odd, 65537 or more below 2**256; 3 is still met in the field.
    if exponent % 2 == 0 or not 3 <= exponent < 2**256:
        raise _Unfit("RSA exponent")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise _Unfit("RSA numbers") from None


def _ec(entry: Mapping[str, Any]) -> tuple[ec.EllipticCurvePublicKey, frozenset[str]]:
    name = entry.get("crv")
    if not isinstance(name, str) or name not in _CURVES:
        raise _Unfit("kty or crv not supported")
    curve = _CURVES[name]()
    size = (curve.key_size + 7) // 8
    x, y = _octets(entry, "x"), _octets(entry, "y")
    if len(x) != size or len(y) != size:  # RFC 7518 section 6.2.1.2: full size, zeros kept
        raise _Unfit("EC coordinate length")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve)
    try:
        key = numbers.public_key()  # checks the curve equation
    except ValueError:
        raise _Unfit("EC point is not on its curve") from None
    if key.public_numbers() != numbers:  # OpenSSL reduced a coordinate: SEC 1 section 3.2.2.1 refuses it
        raise _Unfit("EC coordinate beyond the field")
    return key, frozenset({EC_ALGORITHMS[name]})


def _ed25519(entry: Mapping[str, Any]) -> ed25519.Ed25519PublicKey:
    x = _octets(entry, "x")
    if len(x) != 32:
        raise _Unfit("Ed25519 key length")
    if _has_small_order(x):
        raise _Unfit("Ed25519 point of small order")
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(x)
    except (ValueError, UnsupportedAlgorithm):
        raise _Unfit("Ed25519 key") from None


# y of the eight points whose order divides 8. Under such a "key" signatures verify that nobody made.
# tests/core/test_jwk.py recomputes them from the curve equation.
_SMALL_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _ED25519_FIELD - 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            "little",
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            "little",
        ),
    }
)


def _has_small_order(encoded: bytes) -> bool:
    """Whether y, read modulo the field as verifiers do, belongs to a point of order 1, 2, 4 or 8."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y % _ED25519_FIELD in _SMALL_ORDER_Y


def _octets(entry: Mapping[str, Any], member: str) -> bytes:
    text = entry.get(member)
    if not isinstance(text, str):
        raise _Unfit(f"{member} is not a string")
    try:
        return decode(text.encode())
    except (NotCanonical, UnicodeEncodeError):
        raise _Unfit(f"{member} is not base64url") from None


def _integer(entry: Mapping[str, Any], member: str) -> int:
    octets = _octets(entry, member)
    if not octets or octets[0] == 0:  # RFC 7518 section 2, Base64urlUInt: no leading zero octets
        raise _Unfit(f"{member} is not a Base64urlUInt")
    return int.from_bytes(octets)


def thumbprint(key: PublicKey) -> str:
    """Give the key's RFC 7638 thumbprint: SHA-256 of `public_members`, base64url."""
    digest = Hash(SHA256())
    digest.update(_canonical(key).encode())
    return encode(digest.finalize()).decode()


def _canonical(key: PublicKey) -> str:
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in sorted(public_members(key))) + "}"


def public_members(key: PublicKey) -> Iterator[tuple[str, str]]:
    """The required public members of the key's JWK, and no others (RFC 7638 section 3.2)."""
    match key:
        case rsa.RSAPublicKey():
            numbers = key.public_numbers()
            yield "kty", "RSA"
            yield "e", _uint(numbers.e)
            yield "n", _uint(numbers.n)
        case ec.EllipticCurvePublicKey():
            size = (key.curve.key_size + 7) // 8
            point = key.public_numbers()
            yield "kty", "EC"
            yield "crv", {256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size]
            yield "x", encode(point.x.to_bytes(size)).decode()
            yield "y", encode(point.y.to_bytes(size)).decode()
        case _:
            yield "kty", "OKP"
            yield "crv", "Ed25519"
            yield "x", encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _uint(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8)).decode()
