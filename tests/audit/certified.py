"""Certificates that end when it is told."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOT_AFTER: Final = datetime(2030, 1, 1, tzinfo=UTC)


def certificate(*names: str) -> bytes:
    """One for these DNS names, in PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "it")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(NOT_AFTER)
    )
    if names:
        shown = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        built = built.add_extension(shown, critical=False)
    return built.sign(_key(), SHA256()).public_bytes(Encoding.PEM)


# --- private ---


@lru_cache
def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())
