"""What does a proxy say to us, and what do we say back, as plain values?

No server's types: the listener makes an `HttpRequest` and writes an `HttpAnswer`, and a dialect is a
pure function between the two. Bytes stay bytes, because an octet that is decoded too early is an
octet that two readers can read differently.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.core.headers import HeaderPairs, Headers


class HttpRequest(NamedTuple):
    """One parsed request head. Of a body no dialect sees anything: the edge passes it on unread."""

    method: bytes
    target: bytes
    """The request target as sent, not decoded. It may hold a token: never print it."""
    headers: Headers
    """Values without surrounding white space."""
    peer: str
    """The address of the connection's other end, as the operating system prints it."""
    identities: frozenset[str] = frozenset()
    """The names that its verified certificate shows (`gateway.tls.identity`)."""

    def values(self, name: bytes) -> list[bytes]:
        """Every value of one header, in order; `name` in lower case."""
        return self.headers.all(name)

    def __repr__(self) -> str:
        return f"HttpRequest({self.method!r}, {self.peer})"


class HttpAnswer(NamedTuple):
    """One answer. The listener adds Content-Length, Date and Connection and nothing else."""

    status: int
    headers: HeaderPairs = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"HttpAnswer({self.status}, {self.body!r})"


class Forward(NamedTuple):
    """A request to be passed on, rebuilt from what was judged."""

    upstream: str
    """Id of the upstream."""
    method: bytes
    target: bytes
    """Byte for byte what was judged, or that without its credentials in the query."""
    headers: HeaderPairs
    """The end-to-end headers, complete with Host and our own. No framing and no hop-by-hop headers: those are
    the core's to write."""
    upgrade: bytes | None = None
    """`websocket`: switch protocols if the upstream does."""
    until: float | None = None
    """When an upgraded connection must end, in seconds since the epoch; None: when either end likes."""

    def __repr__(self) -> str:
        return f"Forward({self.upstream}, {self.method!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest:
    """A client's request as a proxy receives it; `imitate` of a dialect tells how that proxy asks."""

    method: str
    scheme: str
    authority: str
    target: str = field(repr=False)
    headers: HeaderPairs = field(default=(), repr=False)
    address: str = "192.0.2.1"  # RFC 5737, for documentation
