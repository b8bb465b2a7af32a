"""Of all certificates that are shown, the one that ends first says until when (RFC 5280 section 4.1.2.5)."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.tls.validity import Validity, validity_of

KEY = Ed25519PrivateKey.generate()
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "any")])


def pem(begins: datetime, ends: datetime) -> bytes:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(KEY.public_key())
    builder = builder.serial_number(1).not_valid_before(begins).not_valid_after(ends)
    return builder.sign(KEY, None).public_bytes(Encoding.PEM)


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


OLD, NEW = pem(year(2001), year(2011)), pem(year(2003), year(2013))
OF_OLD = Validity(not_before=978_307_200, not_after=1_293_840_000)
OF_NEW = Validity(not_before=1_041_379_200, not_after=1_356_998_400)


@pytest.mark.parametrize(
    ("ends", "seconds"),
    [
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), 2_524_607_999),  # the last UTCTime
        (year(2050), 2_524_608_000),  # the first GeneralizedTime
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), 253_402_300_799),  # it has no end
    ],
)
def test_rfc5280_4_1_2_5_both_ways_of_writing_a_time(ends: datetime, seconds: int) -> None:
    assert validity_of([pem(year(2001), ends)]) == Validity(978_307_200, seconds)


@pytest.mark.parametrize("chains", [[OLD, NEW], [NEW, OLD], [OLD + NEW], [NEW + OLD], [NEW, NEW + OLD]])
def test_the_first_to_end_counts_wherever_it_stands(chains: list[bytes]) -> None:
    assert validity_of(chains) == OF_OLD
    assert validity_of([NEW]) == OF_NEW


@pytest.mark.parametrize("unread", [b"", b"nothing", NEW[:200]])
def test_what_cannot_be_read_counts_for_nothing(unread: bytes) -> None:
    assert validity_of([unread]) is None
    assert validity_of([unread, NEW, unread]) == OF_NEW
    assert validity_of([]) is None
