"""How is a gateway told of a client's certificate? In each form, as the proxies of that form write it."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.core.base64url import encode
from gateway.core.facts import ClientCertificate
from gateway.core.headers import HeaderPairs
from gateway.core.policy import CertificateFrom

CERTIFICATE: Final = b"\x30\x82\x01\x00" + bytes(range(256))
"""Whole as DER goes, and with every octet: nobody here reads what is in it."""
OTHER_CERTIFICATE: Final = b"\x30\x82\x01\x00" + bytes(reversed(range(256)))


SPIFFE: Final = "spiffe://cluster.local/ns/shop/sa/orders"
NAME: Final = "orders.shop.svc"


def certificate(*names: str, common_name: str = "client", more: Iterable[x509.GeneralName] = ()) -> bytes:
    """One for these URIs and DNS names, the same each time. Who has signed it is for a proxy to look at."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    )
    shown = [*map(_alternative, names), *more]
    if shown:
        builder = builder.add_extension(x509.SubjectAlternativeName(shown), critical=False)
    return builder.sign(key, None).public_bytes(Encoding.DER)


def known(der: bytes | None, identities: Iterable[str] | None = None) -> ClientCertificate:
    """What a dialect makes of it; of none where `der` is None."""
    names = None if identities is None else frozenset(identities)
    return ClientCertificate(b"" if der is None else thumbprint(der), names)


def thumbprint(der: bytes = CERTIFICATE) -> bytes:
    """RFC 8705 section 3.1."""
    return sha256(der).digest()


def bound_to(der: bytes = CERTIFICATE) -> dict[str, Any]:
    """The `cnf` of a token for whoever shows this certificate."""
    return {"x5t#S256": encode(thumbprint(der)).decode()}


def pem(der: bytes = CERTIFICATE) -> bytes:
    """As OpenSSL writes it: lines of 64."""
    text = b64encode(der)
    lines = b"\n".join(text[place : place + 64] for place in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"


def escaped_pem(der: bytes = CERTIFICATE) -> bytes:
    """As nginx writes $ssl_client_escaped_cert, and Envoy a Cert."""
    return quote(pem(der), safe="-").encode()


def xfcc(der: bytes = CERTIFICATE) -> bytes:
    """One element of Envoy's own."""
    digest = sha256(der).hexdigest().encode()
    return (
        b'By=spiffe://cluster.local/ns/a;Hash=%b;Subject="CN=a;b,\\"c\\"";URI=spiffe://b;URI=;DNS=c' % digest
    )


SHOWN: Final[Mapping[CertificateFrom, Callable[[bytes], HeaderPairs]]] = {
    CertificateFrom.NGINX: lambda der: (
        (b"ssl-client-cert", escaped_pem(der)),
        (b"ssl-client-verify", b"SUCCESS"),
    ),
    CertificateFrom.TRAEFIK: lambda der: ((b"x-forwarded-tls-client-cert", b64encode(der)),),
    CertificateFrom.ENVOY_XFCC: lambda der: ((b"x-forwarded-client-cert", xfcc(der)),),
    CertificateFrom.HAPROXY: lambda der: ((b"x-ssl-client-cert", b64encode(der)),),
    CertificateFrom.RFC9440: lambda der: ((b"client-cert", b":" + b64encode(der) + b":"),),
}
"""The headers in which a proxy says that its client has shown this certificate."""


def shown(form: CertificateFrom, der: bytes = CERTIFICATE) -> HeaderPairs:
    """The same of one form."""
    return SHOWN[form](der)


# --- private ---


def _alternative(name: str) -> x509.GeneralName:
    return x509.UniformResourceIdentifier(name) if ":" in name else x509.DNSName(name)
