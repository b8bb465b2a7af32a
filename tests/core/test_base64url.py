"""Has every octet string exactly one spelling, and every spelling one octet string?"""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis.strategies import binary, sampled_from, text

from gateway.core.base64url import NotCanonical, decode, encode

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(
    ("octets", "spelling"),
    [
        (b"", b""),
        (b"\0", b"AA"),
        (b"\xff", b"_w"),
        (b"\xfb\xef", b"--8"),
        (b"\x03\xec\xff\xe0\xc1", b"A-z_4ME"),
    ],
)
def test_examples_and_rfc_7515_appendix_c(octets: bytes, spelling: bytes) -> None:
    assert encode(octets) == spelling
    assert decode(spelling) == octets


@given(binary(max_size=100))
def test_there_and_back(octets: bytes) -> None:
    assert decode(encode(octets)) == octets
    assert encode(octets) == base64.urlsafe_b64encode(octets).rstrip(b"=")


@given(text(alphabet=ALPHABET, max_size=40))
def test_whatever_is_accepted_is_the_one_spelling(spelling: str) -> None:
    try:
        octets = decode(spelling.encode())
    except NotCanonical:
        return
    assert encode(octets) == spelling.encode()


@given(binary(min_size=1, max_size=30), sampled_from(ALPHABET))
def test_no_other_last_character_reads_the_same(octets: bytes, last: str) -> None:
    spelling = encode(octets)
    other = spelling[:-1] + last.encode()
    if other != spelling:
        with suppress(NotCanonical):
            assert decode(other) != octets


@pytest.mark.parametrize(
    "spelling",
    [
        b"AA==",
        b"AAA=",
        b"=",
        b"A",
        b"AAAAA",
        b"AB",  # spare bits set
        b"AAB",
        b"A/",
        b"A+",
        b"AA/A",  # the other alphabet, whatever the length
        b"AA+A",
        b"+_+_",
        b"AA=A",
        b"AA\n",
        b"\nAA",
        b"A A",
        b"AA\0",
        b"A\xc3\xa9",
        b"AA.",
        b"\xef\xbc\xa1A",
    ],
)
def test_any_other_spelling_is_refused(spelling: bytes) -> None:
    with pytest.raises(NotCanonical) as caught:
        decode(spelling)
    assert str(caught.value) == ""
