"""Is exactly public unicast dialed, whatever the address is wrapped in?"""

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from gateway.net.address_policy import Reach, may_dial, reach_of

PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"]
PRIVATE = [
    "10.0.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
]
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "2001:db8::1",
    "2001:10::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::808:808",
    "100::1",
    "::7f00:1",  # IPv4-compatible, long withdrawn
    "4000::1",
]
WRAPPERS = ["::ffff:{}", "64:ff9b::{}"]
NOT_ADDRESSES = ["", "localhost", "127.1", "0x7f000001", "2130706433", "017700000001", "[::1]", "1.1.1.1 "]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_is_dialed(address: str) -> None:
    assert may_dial(address, allow_private_network=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_is_dialed_only_when_allowed(address: str) -> None:
    assert not may_dial(address, allow_private_network=False)
    assert may_dial(address, allow_private_network=True)


@pytest.mark.parametrize("address", FORBIDDEN + NOT_ADDRESSES)
def test_forbidden_is_never_dialed(address: str) -> None:
    assert not may_dial(address, allow_private_network=True)
    assert not may_dial(address, allow_private_network=False)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("address", [each for each in PUBLIC + PRIVATE + FORBIDDEN if ":" not in each])
def test_a_wrapped_ipv4_address_reaches_as_far_as_itself(wrapper: str, address: str) -> None:
    assert reach_of(wrapper.format(address)) is reach_of(address)


def test_6to4_is_unwrapped() -> None:
    assert reach_of("2002:7f00:1::") is Reach.PRIVATE
    assert reach_of("2002:a9fe:a9fe::1") is Reach.FORBIDDEN
    assert reach_of("2002:808:808::1") is Reach.PUBLIC


def test_teredo_is_unwrapped_both_ways() -> None:
    # RFC 4380 section 4: server address, then the client's with every bit inverted
    assert reach_of("2001:0:808:808::f7f7:f7f7") is Reach.PUBLIC
    assert reach_of("2001:0:808:808::5601:5601") is Reach.FORBIDDEN  # client 169.254.169.254
    assert reach_of("2001:0:7f00:1::f7f7:f7f7") is Reach.PRIVATE  # server 127.0.0.1


@given(ip_addresses())
def test_never_more_than_the_standard_library_calls_global(address: object) -> None:
    text = str(address)
    if may_dial(text, allow_private_network=False):
        assert reach_of(text) is Reach.PUBLIC
        assert not getattr(address, "is_private", True) or text.startswith(("2002:", "2001:"))
        assert not getattr(address, "is_multicast", True)
        assert not getattr(address, "is_loopback", True)
