"""The names of a certificate are its URIs and DNS names, and what cannot be read shows none."""

from ipaddress import ip_address

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.certificate_names import names_in
from gateway.tls.names import dns_names
from tests.showing import CERTIFICATE, NAME, SPIFFE, certificate, pem


def test_uris_as_written_and_dns_names_in_lower_case() -> None:
    assert names_in(certificate(SPIFFE, "spiffe://B/C", "Orders.Shop.SVC")) == {
        SPIFFE,
        "spiffe://B/C",
        "orders.shop.svc",
    }


def test_nothing_else_is_a_name() -> None:
    others = (x509.RFC822Name("a@b.example"), x509.IPAddress(ip_address("192.0.2.1")))
    assert names_in(certificate(common_name=NAME)) == frozenset()
    assert names_in(certificate(common_name=NAME, more=others)) == frozenset()


@pytest.mark.parametrize(
    "der", [b"", b"nothing", CERTIFICATE, pem(certificate(NAME)), certificate(NAME)[:-1]]
)
def test_what_cannot_be_read_shows_none(der: bytes) -> None:
    assert names_in(der) == frozenset()


@given(st.integers(0, len(certificate(NAME, SPIFFE)) - 1), st.integers(1, 255))
def test_one_octet_more_or_less_is_nobody_or_somebody_and_no_exception(place: int, by: int) -> None:
    der = bytearray(certificate(NAME, SPIFFE))
    der[place] ^= by
    assert isinstance(names_in(bytes(der)), frozenset)


def test_an_odd_serial_number_is_nobodys_business() -> None:
    """Nothing is printed about it either: warnings are errors here."""
    der = bytearray(certificate(NAME, SPIFFE))
    der[14] ^= 1  # of the length of the serial number, and so of its sign
    assert isinstance(names_in(bytes(der)), frozenset)


def test_it_reads_what_our_own_listener_reads() -> None:
    der = certificate("a.example", "*.B.example")
    assert names_in(der) == dns_names(pem(der))
