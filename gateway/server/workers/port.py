"""How do several processes come to one port, and nobody else?"""

import socket

from gateway.config.world import Address


def reserve(at: Address) -> socket.socket:
    """Bind a socket that never listens, so that the port is the workers' and nobody else's.

    First without sharing: processes that share a port take it for granted that they belong together, and one
    that was left over by somebody else would take a part of the requests in silence. Raises: OSError.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        _bind(probe, address)
        probe.listen()
    reserved = socket.socket(family, kind, protocol)
    try:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _bind(reserved, address)
    except OSError:
        reserved.close()
        raise
    return reserved


# --- private ---


def _bind(one: socket.socket, address: tuple[object, ...]) -> None:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if one.family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address[0] != "::")  # as the workers listen
    one.bind(address)
