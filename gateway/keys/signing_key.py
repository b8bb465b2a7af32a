"""What do we sign with, and what may the world know of it?"""

from dataclasses import dataclass, field
from typing import Final, Literal, Self, cast, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.core.jwk import public_members, thumbprint

Algorithm = Literal["ES256", "EdDSA"]
"""`EdDSA` is Ed25519 by its RFC 8037 name: verifiers that know RFC 9864's `Ed25519` are still few."""
ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey


class UnfitKey(ValueError):
    """Not a key that we sign with. Its message is from a closed vocabulary, and holds nothing of the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One private key; a `gateway.core.evidence.Signer`. Made by `generate` and `from_pem` only.

    Never shows its private half in repr, comparison, hash or an exception.
    """

    kid: str
    """RFC 7638 thumbprint: two processes that hold the same key give it the same name."""
    algorithm: Algorithm
    _private: PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, algorithm: Algorithm) -> Self:
        """Make a new key from the operating system's randomness.

        Its kid never begins with `-`: it is an argument of commands, and part of a file name.
        """
        while True:
            private = (
                generate_private_key(SECP256R1()) if algorithm == "ES256" else Ed25519PrivateKey.generate()
            )
            key = cls._of(private, algorithm)
            if not key.kid.startswith("-"):
                return key

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read an unencrypted PEM key (RFC 5958). Raises: UnfitKey, also for a curve other than P-256."""
        try:
            private = load_pem_private_key(pem, password=None)
        except TypeError:
            raise UnfitKey("is encrypted") from None
        except (ValueError, UnsupportedAlgorithm):
            raise UnfitKey("is not a complete PEM private key") from None
        match private:
            case EllipticCurvePrivateKey() if isinstance(private.curve, SECP256R1):
                return cls._of(private, "ES256")
            case Ed25519PrivateKey():
                return cls._of(private, "EdDSA")
            case _:
                raise UnfitKey("is neither a P-256 nor an Ed25519 key")

    def to_pem(self) -> bytes:
        """Give the key as unencrypted PKCS #8: the only way in which the private half leaves."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, signing_input: bytes) -> bytes:
        """Give the JWS signature (RFC 7518 section 3.4: r and s, 32 octets each; RFC 8037 section 3.1).

        Deterministic (RFC 6979, RFC 8032): no randomness whose failure would give the key away.
        """
        if self.algorithm != "ES256":
            return cast("Ed25519PrivateKey", self._private).sign(signing_input)
        # Not asked of the key's class: that is an abstract one, and asking costs half a microsecond.
        r, s = decode_dss_signature(
            cast("EllipticCurvePrivateKey", self._private).sign(signing_input, _ES256)
        )
        return r.to_bytes(32) + s.to_bytes(32)

    def public_jwk(self) -> dict[str, str]:
        """Give the public half (RFC 7517 section 4). Never a private member."""
        members = dict(public_members(self._private.public_key()))
        return members | {"use": "sig", "alg": self.algorithm, "kid": self.kid}

    @classmethod
    def _of(cls, private: PrivateKey, algorithm: Algorithm) -> Self:
        return cls(kid=thumbprint(private.public_key()), algorithm=algorithm, _private=private)


# Raises UnsupportedAlgorithm here, at start, where OpenSSL is older than 3.2: never a random nonce instead.
_ES256: Final = ECDSA(SHA256(), deterministic_signing=True)
