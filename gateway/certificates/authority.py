"""What does the authority look like, and what does it sign?

ECDSA over P-256 with SHA-256. An authority is for DNS names that it lists and for what is below them (RFC
5280 section 4.2.1.10), for servers alone, and for no address; it makes no other authority. Whoever trusts it
in one proxy, or on a whole machine, believes it about nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_network
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLOCKS_APART_S: Final = 3600
"""So much earlier than it is made a certificate begins: no clock of a node may find it not valid yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One authority, and whether proxies can know it."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey = field(repr=False, compare=False)
    published: int | None = None
    """Since when it is in the `ca.crt` that the gateway has; seconds since the epoch."""

    @property
    def id(self) -> str:
        """Which it is: fit to be part of a file name."""
        return sha256(public_part(self.key)).hexdigest()[:_ID_LENGTH]

    @property
    def begins(self) -> int:
        """When it was made. Units: seconds since the epoch, as everywhere here."""
        return begins(self.certificate) + CLOCKS_APART_S

    @property
    def ends(self) -> int:
        """From when on nobody believes it."""
        return ends(self.certificate)

    def permits(self, name: str) -> bool:
        """Say whether it may vouch for a DNS name: one that it lists, or one below."""
        return any(name == one or name.endswith(f".{one}") for one in permitted(self.certificate))

    def has_signed(self, certificate: x509.Certificate) -> bool:
        """Say whether a certificate is of its making."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a listener shows, and what proxies are told to believe."""

    certificate: x509.Certificate
    key: bytes = field(repr=False)
    """As PEM."""
    believed: tuple[x509.Certificate, ...]
    """The authorities of `ca.crt`."""

    @property
    def ends(self) -> int:
        """Until when it is valid."""
        return ends(self.certificate)


def make_authority(names: Iterable[str], *, now: int, life_s: int) -> Authority:
    """Make one for these DNS names, which nobody knows yet."""
    key = generate_private_key(SECP256R1())
    own = sha256(public_part(key)).hexdigest()[:_ID_LENGTH]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Token Gateway {own}")])
    within = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(one) for one in _outermost(names)],
        excluded_subtrees=[x509.IPAddress(ip_network(one)) for one in ("0.0.0.0/0", "::/0")],
    )
    certificate = (
        _builder(name, name, key, now=now, until=now + life_s)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(within, critical=True)
        .sign(key, SHA256())
    )
    return Authority(certificate=certificate, key=key)


def issue(
    authority: Authority, names: Sequence[str], *, now: int, life_s: int, believed: Iterable[Authority]
) -> Served:
    """Sign a certificate with a new key for these names, which ends with its authority at the latest."""
    key = generate_private_key(SECP256R1())
    until = min(now + life_s, authority.ends)
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _builder(_SERVER, authority.certificate.subject, key, now=now, until=until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .sign(authority.key, SHA256())
    )
    return Served(
        certificate=certificate, key=private_pem(key), believed=tuple(one.certificate for one in believed)
    )


def private_pem(key: EllipticCurvePrivateKey) -> bytes:
    """Write a key as PEM (PKCS #8), for our own files alone."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_part(key: EllipticCurvePrivateKey) -> bytes:
    """Give what a certificate says of a key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def begins(certificate: x509.Certificate) -> int:
    """From when on it is valid."""
    return int(certificate.not_valid_before_utc.timestamp())


def ends(certificate: x509.Certificate) -> int:
    """Until when it is valid."""
    return int(certificate.not_valid_after_utc.timestamp())


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the DNS names that it is for, sorted."""
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(sorted(said.get_values_for_type(x509.DNSName)))


def permitted(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the DNS names that an authority may vouch for. Of one that lists none: none."""
    try:
        within = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(one.value for one in within.permitted_subtrees or () if isinstance(one, x509.DNSName))


# --- private ---

_ID_LENGTH: Final = 16
_SERVER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Token Gateway")])
"""For people alone: nobody compares it where there are DNS names (RFC 9525 section 2)."""


def _outermost(names: Iterable[str]) -> list[str]:
    """What is below another one is permitted with it."""
    given = set(names)
    return sorted(one for one in given if not any(one.endswith(f".{other}") for other in given))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, *, now: int, until: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now - CLOCKS_APART_S, UTC))
        .not_valid_after(datetime.fromtimestamp(until, UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
