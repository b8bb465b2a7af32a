"""Is the authority believed about its own names, and about nothing else? Asked of OpenSSL, in handshakes."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.app.parts import CLOCK
from gateway.certificates.authority import Authority, issue, make_authority, names_of, permitted, private_pem

DAY_S = 86_400
NOW = int(CLOCK())
OWN = make_authority(["gate.shop.svc", "gate"], now=NOW, life_s=3650 * DAY_S)


def shakes_hands(folder: Path, authority: Authority, chain: bytes, key: bytes, name: str) -> str:
    """Give what a client that trusts this authority alone says of a server; empty: it believes it."""
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(key)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    asking = ssl.create_default_context(cadata=authority.certificate.public_bytes(Encoding.PEM).decode())
    asking.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(back, there, server_hostname=name)
    server = serving.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as refused:
                return refused.verify_message
    assert client.cipher() is not None
    return ""


def signed_by(
    authority: Authority,
    alternatives: Sequence[x509.GeneralName],
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    *,
    ca: bool = False,
) -> tuple[bytes, bytes]:
    """What whoever has stolen the authority's key can make."""
    key = generate_private_key(SECP256R1())
    begin = datetime.fromtimestamp(NOW, UTC) - timedelta(hours=1)
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(authority.key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), private_pem(key)


@pytest.mark.parametrize("name", ["gate.shop.svc", "gate"])
def test_what_it_has_signed_is_believed_for_each_name(tmp_path: Path, name: str) -> None:
    served = issue(OWN, ["gate", "gate.shop.svc"], now=NOW, life_s=DAY_S, believed=[OWN])
    chain = served.certificate.public_bytes(Encoding.PEM)
    assert shakes_hands(tmp_path, OWN, chain, served.key, name) == ""
    assert "mismatch" in shakes_hands(tmp_path, OWN, chain, served.key, "other.shop.svc")
    assert OWN.has_signed(served.certificate)
    other = make_authority(["gate", "gate.shop.svc"], now=NOW, life_s=DAY_S)
    assert not other.has_signed(served.certificate)
    assert shakes_hands(tmp_path, other, chain, served.key, name) != ""


def test_it_vouches_for_nothing_else(tmp_path: Path) -> None:
    for name in ("bank.example.com", "shop.svc", "thegate.shop.svc"):
        chain, key = signed_by(OWN, [x509.DNSName(name)])
        assert shakes_hands(tmp_path, OWN, chain, key, name) == "permitted subtree violation", name
    for address in ("127.0.0.1", "::1"):
        chain, key = signed_by(OWN, [x509.IPAddress(ip_address(address))])
        assert shakes_hands(tmp_path, OWN, chain, key, address) == "excluded subtree violation", address
    chain, key = signed_by(OWN, [x509.DNSName("gate")], ExtendedKeyUsageOID.CLIENT_AUTH)
    assert shakes_hands(tmp_path, OWN, chain, key, "gate") != ""


def test_it_makes_no_other_authority(tmp_path: Path) -> None:
    pem, _ = signed_by(OWN, [x509.DNSName("gate")], ca=True)
    below = Authority(certificate=x509.load_pem_x509_certificate(pem), key=generate_private_key(SECP256R1()))
    constraints = OWN.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert not below.permits("gate"), "it lists none"


def test_each_is_for_one_thing_as_it_says_itself() -> None:
    """RFC 5280 sections 4.2.1.3, 4.2.1.10 and 4.2.1.12: what not every verifier reads in the same way."""
    served = issue(OWN, ["gate"], now=NOW, life_s=DAY_S, believed=[OWN])
    for certificate, signs in ((OWN.certificate, True), (served.certificate, False)):
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert (usage.value.key_cert_sign, usage.value.digital_signature) == (signs, not signs)
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        assert list(extended.value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert OWN.certificate.extensions.get_extension_for_class(x509.NameConstraints).critical


def test_names_below_one_that_is_listed_are_permitted_with_it() -> None:
    one = make_authority(["gate.shop.svc", "gate.shop", "a.gate.shop"], now=NOW, life_s=DAY_S)
    assert permitted(one.certificate) == ("gate.shop", "gate.shop.svc")
    assert one.permits("gate.shop")
    assert one.permits("a.gate.shop")
    assert not one.permits("shop")
    assert not one.permits("investigate.shop")


def test_a_certificate_never_outlives_its_authority() -> None:
    short = make_authority(["gate"], now=NOW, life_s=DAY_S)
    served = issue(short, ["gate"], now=NOW, life_s=90 * DAY_S, believed=[short])
    assert served.ends == short.ends == NOW + DAY_S
    assert names_of(served.certificate) == ("gate",)


def test_no_key_is_shown() -> None:
    served = issue(OWN, ["gate"], now=NOW, life_s=DAY_S, believed=[OWN])
    assert "PRIVATE" not in repr(served)
    assert "key" not in repr(OWN)
