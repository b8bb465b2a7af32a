"""Who signs the tokens? One issuer with an RSA and an EC key, the same for all contenders."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gateway.core.jwk import public_members

ISSUER = "https://idp.example.com"
AUDIENCE = "https://api.example.com"
LIFE_S = 3000
"""Longer than a whole run, shorter than the hour that the gateway allows."""

Algorithm = Literal["RS256", "ES256"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """It signs fast enough for a hundred thousand tokens."""

    rsa_key: rsa.RSAPrivateKey
    ec_key: ec.EllipticCurvePrivateKey
    life_s: int = LIFE_S

    @classmethod
    def make(cls) -> "Issuer":
        """With new keys."""
        return cls(rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1()))

    def jwks(self) -> str:
        """Its public keys."""
        public = {
            "RS256": public_members(self.rsa_key.public_key()),
            "ES256": public_members(self.ec_key.public_key()),
        }
        members = [{**dict(key), "kid": name, "alg": name, "use": "sig"} for name, key in public.items()]
        return json.dumps({"keys": members})

    def write(self, folder: Path) -> None:
        """As each contender wants it: `jwks.json`, `RS256.pem`, `ES256.pem`."""
        (folder / "jwks.json").write_text(self.jwks())
        for name, key in (("RS256", self.rsa_key), ("ES256", self.ec_key)):
            pem = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            (folder / f"{name}.pem").write_bytes(pem)

    def token(self, algorithm: Algorithm, name: str, *, life_s: int | None = None) -> str:
        """A token of about 900 bytes. A negative life: one that has expired."""
        header = {"alg": algorithm, "kid": algorithm, "typ": "at+jwt"}
        claims = _claims(name, self.life_s if life_s is None else life_s)
        signed = f"{_segment(header)}.{_segment(claims)}"
        return f"{signed}.{_base64url(self.signature(algorithm, signed.encode()))}"

    def signature(self, algorithm: Algorithm, signed: bytes) -> bytes:
        """As a JWS holds it (RFC 7518 section 3)."""
        if algorithm == "RS256":
            return self.rsa_key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.ec_key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# --- private ---


def _claims(name: str, life_s: int) -> dict[str, object]:
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"user-{name}",
        "client_id": "bench",
        "scope": "openid profile orders:read",
        "iat": min(now, now + life_s - 60),  # before its expiry, also where that has passed
        "exp": now + life_s,
        "jti": f"bench-{name}",
        "groups": [f"group-{index}" for index in range(12)],
        "tenant": "0f8fad5b-d9cb-469f-a165-70867728950e",
    }


def _segment(value: Mapping[str, object]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
