"""May this address be dialed?

Decided on the address that is about to be connected to, never on a name or on an earlier answer of
the resolver (DNS rebinding). The table is our own: `ipaddress.is_global` differs between patch
versions of Python and calls 64:ff9b::7f00:1, which is 127.0.0.1 behind a NAT64, global.

Sources: the IANA special-purpose address registries (RFC 6890), RFC 4291, 6052, 3056, 4380, and the
cloud providers' pages about their metadata services.
"""

from collections.abc import Iterable
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


class Reach(IntEnum):
    """How far an address reaches, from harmless to forbidden: the greater one wins."""

    PUBLIC = 0
    PRIVATE = 1
    """Dialled only where the operator allowed private networks."""
    FORBIDDEN = 2
    """Never dialed: metadata services, link-local, multicast, unspecified, meaningless."""


def may_dial(address: str, *, allow_private_network: bool) -> bool:
    """Whether the policy lets us connect. Never true for what is not an IP address."""
    reach = reach_of(address)
    return reach is Reach.PUBLIC or (reach is Reach.PRIVATE and allow_private_network)


def reach_of(address: str) -> Reach:
    """Give the reach of an address as text, with whatever IPv4 address it carries inside."""
    try:
        return _reach(ip_address(address))
    except ValueError:
        return Reach.FORBIDDEN


# --- private ---


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(IPv4Network(text) if ":" not in text else IPv6Network(text) for text in texts)


_PRIVATE: Final = _networks(
    "10.0.0.0/8",  # RFC 1918
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",  # loopback
    "100.64.0.0/10",  # RFC 6598: carriers, and pods of some managed clusters
    "198.18.0.0/15",  # RFC 2544: benchmarks, and pods of some clusters
    "240.0.0.0/4",  # RFC 1112 class E: pods of some managed clusters
    "::1/128",
    "fc00::/7",  # RFC 4193
)
_FORBIDDEN: Final = _networks(
    "0.0.0.0/8",  # "this network": 0.0.0.0 connects to the local host on Linux
    "169.254.0.0/16",  # link-local: metadata services of AWS, Azure, Google, credentials of ECS, EKS
    "100.100.100.200/32",  # metadata service of Alibaba Cloud
    "168.63.129.16/32",  # Azure's wire server: looks public, is the host
    "192.0.0.0/24",  # IETF protocol assignments; metadata service of Oracle Cloud
    "192.0.2.0/24",  # documentation, RFC 5737
    "198.51.100.0/24",
    "203.0.113.0/24",
    "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
    "224.0.0.0/4",  # multicast
    "255.255.255.255/32",
    "fd00:ec2::/32",  # metadata service and pod identity of AWS
    "fd20:ce::254/128",  # metadata service of Google Cloud
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")  # RFC 4291 section 2.4: nothing else is assigned
_NOT_UNICAST: Final = _networks(
    "2001::/23",  # IETF protocol assignments; Teredo, in it, is read before
    "2001:db8::/32",  # documentation
    "3fff::/20",  # documentation, RFC 9637
)
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1


def _reach(address: _Address) -> Reach:
    match address:
        case IPv4Address():
            return _listed(address) or Reach.PUBLIC
        case IPv6Address():
            inside = tuple(_carried(address))
            if inside:
                return max(_reach(each) for each in inside)
            return _listed(address) or _reach_of_ipv6(address)


def _listed(address: _Address) -> Reach | None:
    """Look it up. FORBIDDEN first: some of it lies inside private networks."""
    if any(address in network for network in _FORBIDDEN):
        return Reach.FORBIDDEN
    if any(address in network for network in _PRIVATE):
        return Reach.PRIVATE
    return None


def _reach_of_ipv6(address: IPv6Address) -> Reach:
    """Default deny. 64:ff9b:1::/48 (RFC 8215) falls here on purpose.

    Where in it the IPv4 address lies depends on a prefix length that only the NAT64 knows.
    """
    if address not in _GLOBAL_UNICAST or any(address in network for network in _NOT_UNICAST):
        return Reach.FORBIDDEN
    return Reach.PUBLIC


def _carried(address: IPv6Address) -> Iterable[IPv4Address]:
    """Every IPv4 address that a packet to this one may end at."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo  # the server and the client
