"""Is this access token acceptable? A second opinion, written from the RFCs and not from the product.

It shares no code with `gateway`: its base64url, JSON, key reading and signature checks are its own, on the
primitives of `cryptography`. It answers yes or no; which reason is the product's business. What no RFC
fixes (sizes, the five seconds that a minted token must live) is a figure of the design, named below.
"""

import base64
import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": ("P-256", ec.SECP256R1(), 32), "ES384": ("P-384", ec.SECP384R1(), 48)}
UNDERSTOOD_NOT = ("crit", "b64", "zip", "jwk", "jku", "x5u", "x5c", "enc", "epk", "p2c")
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 section 3.3


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """What the relying party knows."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    keys: tuple[dict[str, Any], ...]
    leeway: int = 30
    max_lifetime: int = 3600
    least_life: int = 5
    needed_scope: str = ""


class Unacceptable(Exception):
    """Any failed step (RFC 7519 section 7.2: if any step fails, the JWT MUST be rejected)."""


def accepts(token: bytes, expected: Expectations, now: int) -> bool:
    try:
        claims = verified_claims(token, expected)
        check_claims(claims, expected, now)
    except Unacceptable:
        return False
    return True


def need(condition: object) -> None:
    if not condition:
        raise Unacceptable


def octets(segment: bytes) -> bytes:  # RFC 7515 section 2: URL-safe alphabet, no padding, nothing else
    need(re.fullmatch(rb"[A-Za-z0-9_-]*", segment) and len(segment) % 4 != 1)
    raw = base64.b64decode(segment.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(segment) % 4))
    need(base64.b64encode(raw, b"-_").rstrip(b"=") == segment)  # RFC 4648 section 3.5: pad bits are zero
    return raw


def json_object(raw: bytes, *, depth: int) -> dict[str, Any]:  # RFC 7519 section 7.2, RFC 7493
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len({name for name, _ in pairs}) == len(pairs))
        return dict(pairs)

    def refuse(_: str) -> NoReturn:
        raise Unacceptable

    try:
        text = raw.decode("utf-8")
        need(not text.startswith("\ufeff"))
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Unacceptable from None
    need(isinstance(value, dict))
    check_value(value, depth)
    return dict(value)


def check_value(value: Any, depth: int) -> None:
    match value:
        case bool():
            return
        case int():
            need(-(2**63) <= value < 2**64)
        case float():
            need(math.isfinite(value))
        case dict() | list():
            need(depth)
            for one in value.values() if isinstance(value, dict) else value:
                check_value(one, depth - 1)
        case _:
            pass


def verified_claims(token: bytes, expected: Expectations) -> dict[str, Any]:
    need(len(token) <= 16_384 and token.count(b".") == 2)
    signing_input, _, signature_text = token.rpartition(b".")
    header_text, _, payload_text = signing_input.partition(b".")
    header = json_object(octets(header_text), depth=3)
    claims, signature = json_object(octets(payload_text), depth=12), octets(signature_text)
    need(not any(name in header for name in UNDERSTOOD_NOT))  # RFC 7515 section 4.1.11, RFC 8725 3.10
    for name in ("alg", "kid", "typ", "cty"):  # RFC 7515 sections 4.1.1, 4.1.4, 4.1.9, 4.1.10
        need(isinstance(header.get(name, ""), str))
    need(len(header.get("kid", "")) <= 256)
    need(header.get("cty", "").lower() not in {"jwt", "application/jwt"})  # no nesting
    need(header.get("typ", "").lower() in {"at+jwt", "application/at+jwt"})  # RFC 9068 section 4
    need(header.get("alg") in expected.algorithms and claims.get("iss") == expected.issuer)
    fitting = [key for key in expected.keys if "kid" not in header or key.get("kid") == header["kid"]]
    fitting = [key for key in fitting if is_for(key, header["alg"])]
    need(fitting and ("kid" in header or len(fitting) == 1))
    need(any(is_signed(key, header["alg"], signing_input, signature) for key in fitting[:4]))
    return claims


def is_for(key: dict[str, Any], algorithm: str) -> bool:  # RFC 7518 section 3.1, RFC 8037, RFC 9864
    if algorithm in {"EdDSA", "Ed25519"}:
        return bool(key["kty"] == "OKP" and key.get("alg", algorithm) in {"EdDSA", "Ed25519"})
    if algorithm in CURVES:
        return bool(key["kty"] == "EC" and key["crv"] == CURVES[algorithm][0])
    return bool(key["kty"] == "RSA" and key.get("alg", algorithm) == algorithm)


def number(key: dict[str, Any], member: str) -> int:
    return int.from_bytes(octets(key[member].encode()), "big")


def is_signed(key: dict[str, Any], algorithm: str, message: bytes, signature: bytes) -> bool:
    digest = HASHES.get(algorithm[-3:], hashes.SHA256())
    try:
        match key["kty"]:
            case "RSA":
                public = rsa.RSAPublicNumbers(number(key, "e"), number(key, "n")).public_key()
                pss = padding.PSS(padding.MGF1(digest), digest.digest_size)  # RFC 7518 section 3.5
                scheme = pss if algorithm.startswith("PS") else padding.PKCS1v15()
                public.verify(signature, message, scheme, digest)
            case "EC":
                _, curve, size = CURVES[algorithm]
                if len(signature) != 2 * size:  # RFC 7518 section 3.4
                    return False
                r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
                point = ec.EllipticCurvePublicNumbers(number(key, "x"), number(key, "y"), curve)
                point.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
            case _:
                raw = octets(key["x"].encode())
                ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def check_claims(claims: dict[str, Any], expected: Expectations, now: int) -> None:
    for name in ("sub", "client_id", "jti"):  # RFC 9068 section 2.2: required
        need(isinstance(claims.get(name), str) and claims[name])
    need(len(claims["sub"]) <= 255 and len(claims["client_id"]) <= 255 and len(claims["jti"]) <= 512)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    need(all(isinstance(one, str) for one in audiences) and len(audiences) <= 32)
    need(expected.audience in audiences)  # RFC 7519 section 4.1.3
    for name in ("exp", "iat", "nbf"):  # RFC 7519 section 2, NumericDate; nbf is optional
        if name in claims or name != "nbf":
            need(isinstance(claims.get(name), int | float) and not isinstance(claims[name], bool))
    need(claims["exp"] + expected.leeway > now)  # section 4.1.4
    need(claims.get("nbf", now) <= now + expected.leeway)  # section 4.1.5
    need(claims["iat"] <= now + expected.leeway)
    need(claims["exp"] - claims["iat"] <= expected.max_lifetime)
    need(math.floor(claims["exp"]) + expected.leeway - now >= expected.least_life)
    need("cnf" not in claims)  # RFC 9449 section 7.2
    scope = claims.get("scope", "")
    names = scope.split(" ") if isinstance(scope, str) else scope
    need(isinstance(names, list) and all(isinstance(name, str) for name in names))
    names = [name for name in names if SCOPE_TOKEN.fullmatch(name)]
    need(len(set(names)) <= 256 and (not expected.needed_scope or expected.needed_scope in names))
