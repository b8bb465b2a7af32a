"""Which sockets may be made?

aiohttp calls a socket factory with the very address that it is about to connect to: with each answer
of the resolver, so that rebinding a name gains nothing, and with IP literals, which skip the resolver.
"""

import errno
import socket

import aiohttp

from gateway.net.address_policy import may_dial


class Dialer:
    """Makes a socket for an address that may be dialed, and none for any other."""

    def __init__(self, *, allow_private_network: bool) -> None:
        self._allow_private_network = allow_private_network
        self.refused = False
        self.dialed = False

    def __call__(self, addr_info: aiohttp.AddrInfoType) -> socket.socket:
        """Raises: OSError(EACCES) for an address that the policy refuses; no packet is sent."""
        family, kind, protocol, _, address = addr_info
        if not may_dial(str(address[0]), allow_private_network=self._allow_private_network):
            self.refused = True
            raise OSError(errno.EACCES, "address refused")
        self.dialed = True
        return socket.socket(family, kind, protocol)
