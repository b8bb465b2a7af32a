"""Whose connection does the load balancer say this is? PROXY protocol, version 2.

"The PROXY protocol", version of 2020/03/05, sections 2.2 and 2.2.1: sixteen octets, addresses, and extensions
(TLVs), before the first octet of the client's. It is spoken on a whole listener or not at all, by listed
proxies alone: nobody guesses whether it is there. Version 1, a line of text, is refused.
"""

from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
FIXED_OCTETS: Final = 16
MAX_OCTETS: Final = 4096
"""With all extensions; a client's certificate is the longest there is. The field could say 65551."""


class Announced(NamedTuple):
    """A whole header: what comes after `octets` of the buffer is the client's."""

    octets: int
    address: str | None
    """The client's. None: the proxy speaks for itself (LOCAL), or knows no address (UNSPEC)."""
    port: int | None = None


class Incomplete(NamedTuple):
    """So far it is a header, and not all of it is here."""

    missing: int
    """At least so many octets more."""


class NotAnnounced(NamedTuple):
    """It is no header that we take. The connection is to be closed without an answer (section 2)."""

    why: str
    """From a closed vocabulary; nothing of what was sent."""


def read_announcement(buffer: bytes) -> Announced | Incomplete | NotAnnounced:
    """Read what a connection begins with. Never raises; looks at no more than MAX_OCTETS."""
    if buffer[: len(SIGNATURE)] != SIGNATURE[: len(buffer)]:
        return NotAnnounced("no signature")
    if len(buffer) < FIXED_OCTETS:
        return Incomplete(FIXED_OCTETS - len(buffer))
    version_and_command, family = buffer[12], buffer[13]
    if version_and_command not in {_LOCAL, _PROXY}:
        return NotAnnounced("an unknown version or command")
    octets = FIXED_OCTETS + int.from_bytes(buffer[14:16])
    if octets > MAX_OCTETS:
        return NotAnnounced("longer than any that we take")
    if len(buffer) < octets:
        return Incomplete(octets - len(buffer))
    if version_and_command == _LOCAL:  # "the receiver must accept ... and must discard the protocol block"
        return Announced(octets, None)
    return _announced(family, buffer[FIXED_OCTETS:octets], octets)


# --- private ---

_LOCAL: Final = 0x20
_PROXY: Final = 0x21
_UNSPEC: Final = 0x00
_OVER_TCP: Final = {0x11: 4, 0x21: 16}
"""Octets of an address, by family and transport. UDP and UNIX sockets bring no HTTP/1.1 to us."""
_PORTS: Final = 4


def _announced(family: int, block: bytes, octets: int) -> Announced | NotAnnounced:
    if family == _UNSPEC:
        return Announced(octets, None)
    size = _OVER_TCP.get(family)
    if size is None:
        return NotAnnounced("neither TCP over IPv4 nor over IPv6")
    if len(block) < 2 * size + _PORTS:
        return NotAnnounced("shorter than its addresses")
    if not _are_extensions(block[2 * size + _PORTS :]):
        return NotAnnounced("an extension that ends behind the header")
    source, port = block[:size], int.from_bytes(block[2 * size : 2 * size + 2])
    if size == 4:
        return Announced(octets, str(IPv4Address(source)), port)
    address = IPv6Address(source)
    return Announced(octets, str(address.ipv4_mapped or address), port)


def _are_extensions(block: bytes) -> bool:
    """Whether each fits (section 2.2.1): type, length in two octets, value. None of them is believed."""
    while block:
        if len(block) < 3:
            return False
        end = 3 + int.from_bytes(block[1:3])
        if end > len(block):
            return False
        block = block[end:]
    return True
