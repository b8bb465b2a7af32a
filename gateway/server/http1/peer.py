"""Who is at the other end of a connection, by the word of the operating system and of the handshake?"""

from typing import NamedTuple


class Sender(NamedTuple):
    """What all requests of a connection have in common: the last members of an `HttpRequest`."""

    peer: str
    identities: frozenset[str] = frozenset()
    certificate: bytes | None = None


def peer_address(peername: object) -> str | None:
    """Name the other end without port and zone id; "unix" for a local socket, None if unknown.

    An IPv4 address that comes on a socket of both families is written as what it is.
    """
    match peername:
        case (str(host), *_):
            return (host.removeprefix("::ffff:") if "." in host else host).partition("%")[0]
        case str() | bytes():
            return "unix"
        case _:
            return None
