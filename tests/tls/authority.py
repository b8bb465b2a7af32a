"""Certificates for tests, of an authority of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK: Final = ip_address("127.0.0.1")
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM."""

    chain: bytes
    key: bytes


class Authority:
    """Signs whatever it is asked to."""

    def __init__(self, name: str = "authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._certificate = _begun(self._name, self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        ).sign(self._key, SHA256())  # fmt: skip

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(Encoding.PEM)

    def server(self, name: str = "gateway", life: timedelta = DAY) -> Pair:
        """For a server of this name, and of 127.0.0.1."""
        names = [x509.DNSName(name), x509.IPAddress(LOOPBACK)]
        return self._issued(name, names, ExtendedKeyUsageOID.SERVER_AUTH, life)

    def serving(self, *names: str, common_name: str = "orders.shop.example") -> Pair:
        """For a server with these URIs and DNS names."""
        return self._issued(
            common_name, [_alternative(name) for name in names], ExtendedKeyUsageOID.SERVER_AUTH
        )

    def client(self, *names: str, common_name: str = "client", life: timedelta = DAY) -> Pair:
        """For a client with these URIs, DNS names and addresses of mail."""
        return self._issued(
            common_name, [_alternative(name) for name in names], ExtendedKeyUsageOID.CLIENT_AUTH, life
        )

    def _issued(
        self,
        name: str,
        names: Sequence[x509.GeneralName],
        usage: x509.ObjectIdentifier,
        life: timedelta = DAY,
    ) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _begun(_named(name), self._name, key.public_key(), life)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, SHA256())
        return Pair(
            certificate.public_bytes(Encoding.PEM),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )


def write_trust(folder: Path, authority: Authority, shows: Pair | None = None) -> None:
    """What an operator lays beside a proxy's configuration, to verify the gateway and be known."""
    pair = shows or authority.client("proxy.example.com")
    for name, content in (("ca.crt", authority.pem), ("client.crt", pair.chain), ("client.key", pair.key)):
        (folder / f"token_gateway_{name}").write_bytes(content)


# --- private ---


def _alternative(name: str) -> x509.GeneralName:
    if ":" in name:
        return x509.UniformResourceIdentifier(name)
    return x509.RFC822Name(name) if "@" in name else x509.DNSName(name)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta = DAY
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)  # noqa: TID251 - real libraries compare it with their own clock
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + life)
    )
