"""Who is at the other end of a connection, by the word of the operating system?"""


def peer_address(peername: object) -> str | None:
    """Name the other end without port and zone id; "unix" for a local socket, None if unknown."""
    match peername:
        case (str(host), *_):
            return host.partition("%")[0]
        case str() | bytes():
            return "unix"
        case _:
            return None
