"""PROXY protocol v2: whatever begins a connection is a header, the beginning of one, or refused."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.proxy_protocol import (
    FIXED_OCTETS,
    MAX_OCTETS,
    SIGNATURE,
    Announced,
    Incomplete,
    NotAnnounced,
    read_announcement,
)

LOCAL, PROXY = 0x20, 0x21
TCP4, TCP6, UNSPEC = 0x11, 0x21, 0x00
V4 = bytes([203, 0, 113, 9, 10, 0, 0, 1]) + (4711).to_bytes(2) + (443).to_bytes(2)
V6 = IPv6Address("2001:db8::1").packed + IPv6Address("::1").packed + (4711).to_bytes(2) + (443).to_bytes(2)
AWS_ENDPOINT = b"\xea\x00\x04\x01vpc"  # PP2_TYPE_AWS
NOOP = b"\x04\x00\x00"


def header(block: bytes = V4, *, command: int = PROXY, family: int = TCP4) -> bytes:
    return SIGNATURE + bytes([command, family]) + len(block).to_bytes(2) + block


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (header(), Announced(28, "203.0.113.9", 4711)),
        (header(V6, family=TCP6), Announced(52, "2001:db8::1", 4711)),
        (header(V4 + AWS_ENDPOINT + NOOP), Announced(38, "203.0.113.9", 4711)),
        (header(IPv6Address("::ffff:1.2.3.4").packed + V6[16:], family=TCP6), Announced(52, "1.2.3.4", 4711)),
        (header(b"", command=LOCAL, family=UNSPEC), Announced(16, None)),
        (header(V4, command=LOCAL), Announced(28, None)),
        (header(b"", family=UNSPEC), Announced(16, None)),
        (header(b"anything", family=UNSPEC), Announced(24, None)),
    ],
)
def test_a_whole_header(sent: bytes, expected: Announced) -> None:
    assert read_announcement(sent) == expected
    assert read_announcement(sent + b"GET / HTTP/1.1\r\n") == expected


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n",
        b"\r\nGET / HTTP/1.1",
        b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n",  # version 1
        b"\x16\x03\x01",  # a TLS handshake
        SIGNATURE.replace(b"Q", b"q") + b"\x21\x11\x00\x0c" + V4,
        header(command=0x11),
        header(command=0x22),
        header(command=0x30),
        header(family=0x12),  # UDP
        header(b"\0" * 216, family=0x31),  # a UNIX socket
        header(family=0x41),
        header(family=TCP6),
        header(V4[:11]),
        header(b""),
        header(V4 + b"\x04"),
        header(V4 + b"\x04\x00"),
        header(V4 + b"\x04\x00\x02x"),
        header(V4 + NOOP + b"\x01\xff\xff"),
        header(V4 + b"\x04\x0f\xf0" + b"x" * 4080),
        SIGNATURE + b"\x21\x11\xff\xff",
    ],
)
def test_what_is_no_header_of_ours_is_refused_at_once(sent: bytes) -> None:
    found = read_announcement(sent)
    assert isinstance(found, NotAnnounced)
    assert found.why.isascii()


@given(st.sampled_from([header(), header(V6, family=TCP6), header(V4 + AWS_ENDPOINT)]), st.data())
def test_every_beginning_of_one_says_what_is_missing(sent: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(sent) - 1))
    found = read_announcement(sent[:cut])
    assert isinstance(found, Incomplete)
    assert 0 < found.missing <= len(sent) - cut
    assert found.missing == len(sent) - cut or cut < FIXED_OCTETS


@given(source=st.ip_addresses(), port=st.integers(0, 65535), rest=st.binary(max_size=20))
def test_the_address_is_the_source(source: IPv4Address | IPv6Address, port: int, rest: bytes) -> None:
    block = source.packed * 2 + port.to_bytes(2) + b"\0\0"
    sent = header(block, family=TCP4 if source.version == 4 else TCP6)
    plain = getattr(source, "ipv4_mapped", None) or source
    assert read_announcement(sent + rest) == Announced(len(sent), str(plain), port)


MUTATED = st.tuples(
    st.sampled_from([header(), header(V6, family=TCP6), header(V4 + AWS_ENDPOINT + NOOP)]),
    st.lists(st.tuples(st.integers(0, 51), st.integers(0, 255)), max_size=4),
    st.binary(max_size=8),
)


def mutated(parts: tuple[bytes, list[tuple[int, int]], bytes]) -> bytes:
    sent, changes, rest = bytearray(parts[0]), parts[1], parts[2]
    for place, octet in changes:
        if place < len(sent):
            sent[place] = octet
    return bytes(sent) + rest


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=40).map(SIGNATURE.__add__), MUTATED.map(mutated)))
def test_any_octets_are_one_of_three_and_more_of_them_change_no_verdict(sent: bytes) -> None:
    found = read_announcement(sent)
    match found:
        case Announced(octets=octets):
            assert sent.startswith(SIGNATURE)
            assert FIXED_OCTETS <= octets <= min(len(sent), MAX_OCTETS)
            assert read_announcement(sent[:octets]) == found
            assert read_announcement(sent + b"more") == found
        case Incomplete(missing=missing):
            assert 0 < missing <= MAX_OCTETS
            assert len(sent) + missing <= MAX_OCTETS
        case NotAnnounced():
            assert read_announcement(sent + b"more") == found
