"""A chain is read from its end: the nearest hop that is not listed is the client, the rest nobody reads."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.reason import Reason, Refusal
from gateway.dialects.forwarded_chain import (
    MAX_HOPS,
    Hop,
    forwarded_hops,
    nearest_untrusted,
    reversed_items,
    x_forwarded_hops,
)

TRUSTED = frozenset({ip_network("10.42.0.0/16"), ip_network("2001:db8::/32")})


def nearest(hops: Iterator[Hop]) -> Hop | Reason:
    try:
        return nearest_untrusted(hops, TRUSTED)
    except Refusal as refusal:
        return refusal.reason


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        ([b"203.0.113.9"], "203.0.113.9"),
        ([b"1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ([b"1.1.1.1", b"203.0.113.9"], "203.0.113.9"),
        ([b"nonsense, 203.0.113.9,10.42.0.8"], "203.0.113.9"),
        ([b"203.0.113.9", b"10.42.0.8, 2001:db8::7"], "203.0.113.9"),
        ([b"10.42.0.9, 10.42.0.8"], "10.42.0.9"),
        ([b"::ffff:203.0.113.9"], "203.0.113.9"),
    ],
)
def test_x_forwarded_for(lines: list[bytes], client: str) -> None:
    assert nearest(x_forwarded_hops(lines, b"https")) == Hop(client, b"https")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], Reason.CARRIER_MISSING),
        ([b""], Reason.CARRIER_MALFORMED),
        ([b"203.0.113.9,"], Reason.CARRIER_MALFORMED),
        ([b"unknown"], Reason.CARRIER_MALFORMED),
        ([b"203.0.113.9:80"], Reason.CARRIER_MALFORMED),
        ([b"nonsense, 10.42.0.8"], Reason.CARRIER_MALFORMED),
        ([b",".join([b"10.42.0.8"] * (MAX_HOPS + 1))], Reason.CARRIER_MALFORMED),
    ],
)
def test_what_is_no_chain_of_addresses_is_refused(lines: list[bytes], reason: Reason) -> None:
    assert nearest(x_forwarded_hops(lines, b"https")) is reason


def test_as_many_proxies_as_allowed() -> None:
    line = b",".join([b"203.0.113.9", *[b"10.42.0.8"] * (MAX_HOPS - 1)])
    assert nearest(x_forwarded_hops([line], b"http")) == Hop("203.0.113.9", b"http")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"for=203.0.113.9;proto=https"], Hop("203.0.113.9", b"https")),
        ([b'For="203.0.113.9:4711";Proto=http;by=10.42.0.8'], Hop("203.0.113.9", b"http")),
        (
            [b'for="[2001:db9::1]:47011"; proto=https'],
            Reason.CARRIER_MALFORMED,
        ),  # RFC 7239: no space
        ([b'for="[2001:db9::1]:47011";proto=https'], Hop("2001:db9::1", b"https")),
        ([b"for=203.0.113.9"], Hop("203.0.113.9", None)),
        # The scheme is that of the hop's own element: the next one tells of the connection between proxies.
        ([b"for=203.0.113.9;proto=https, for=10.42.0.8;proto=http"], Hop("203.0.113.9", b"https")),
        ([b"for=203.0.113.9;proto=https", b'for="[2001:db8::7]"'], Hop("203.0.113.9", b"https")),
        ([b'for=1.1.1.1;host="a,b", for=203.0.113.9;host="a,b"'], Hop("203.0.113.9", None)),
        ([b'for="1.1.1.1, for=203.0.113.9'], Hop("203.0.113.9", None)),
        ([b"for=unknown, for=203.0.113.9"], Hop("203.0.113.9", None)),
        ([], Reason.CARRIER_MISSING),
        ([b"proto=https"], Reason.CARRIER_MISSING),
        ([b""], Reason.CARRIER_MALFORMED),
        ([b"for=unknown"], Reason.CARRIER_MALFORMED),
        ([b'for="_hidden"'], Reason.CARRIER_MALFORMED),
        ([b"for=203.0.113.9:80"], Reason.CARRIER_MALFORMED),  # a colon must be quoted
        ([b"for=203.0.113.9;for=10.42.0.8"], Reason.CARRIER_MALFORMED),
        ([b"for=203.0.113.9;secret=x"], Reason.CARRIER_MALFORMED),
        ([b"for = 203.0.113.9"], Reason.CARRIER_MALFORMED),
        ([b'for="203.0.113.\\9"'], Reason.CARRIER_MALFORMED),
        ([b'for="203.0.113.9'], Reason.CARRIER_MALFORMED),
        ([b'for=203.0.113.9"'], Reason.CARRIER_MALFORMED),
        ([b'"' + b"," * 1000], Reason.CARRIER_MALFORMED),
        ([b"for=2001:db9::1"], Reason.CARRIER_MALFORMED),
    ],
)
def test_forwarded(lines: list[bytes], expected: Hop | Reason) -> None:
    assert nearest(forwarded_hops(lines)) == expected


@given(story=st.binary(max_size=60), address=st.ip_addresses(v=4))
def test_no_story_of_the_clients_changes_what_its_proxy_says(story: bytes, address: object) -> None:
    last = str(address).encode()
    told = nearest(x_forwarded_hops([last], b"https"))
    if told == Hop(str(address), b"https") and not str(address).startswith("10.42."):
        assert nearest(x_forwarded_hops([story + b"," + last], b"https")) == told
        assert nearest(x_forwarded_hops([story, last], b"https")) == told
        element = b"for=" + last + b";proto=https"
        assert nearest(forwarded_hops([story + b"," + element])) == told
        assert nearest(forwarded_hops([story, element])) == told


@pytest.mark.long
@given(
    lines=st.lists(
        st.one_of(st.binary(max_size=30), st.from_regex(rb'(for="?[0-9.:\[\]a-f]{2,15}"?[;, ]*)+')),
        max_size=3,
    )
)
def test_any_bytes_are_a_hop_or_a_refusal(lines: list[bytes]) -> None:
    for found in (nearest(forwarded_hops(lines)), nearest(x_forwarded_hops(lines, None))):
        assert isinstance(found, Hop) or found in {Reason.CARRIER_MISSING, Reason.CARRIER_MALFORMED}


@given(st.binary(max_size=30))
def test_items_come_from_the_end(joined: bytes) -> None:
    assert list(reversed_items(joined)) == [item.strip(b" \t") for item in reversed(joined.split(b","))]
