"""What does a proxy say to us, and what do we say back, as plain values?

No server's types: the listener makes an `HttpRequest` and writes an `HttpAnswer`, and a dialect is a
pure function between the two. Bytes stay bytes, because an octet that is decoded too early is an
octet that two readers can read differently.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
    certificate: bytes | None = None
    """The thumbprint of that certificate; empty: it has shown none, None: it could not."""

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


@dataclass(frozen=True, slots=True, eq=False)
class ReplyRules:
    """What of a backend's answer its client does not get, beside what is one connection's alone.

    Compared by identity, for what follows from it and an answer's names is remembered by it: where two are
    alike, let them be one.
    """

    names: frozenset[bytes] = frozenset()
    """Of headers, in lower case."""
    prefixes: tuple[bytes, ...] = ()
    """What no header's name may begin with, in lower case."""
    cookies: frozenset[bytes] = frozenset()
    """Which no backend may set, as `gateway.dialects.set_cookie` names them."""


ALL_OF_IT: Final = ReplyRules()


class Forward(NamedTuple):
    """A request to be passed on, rebuilt from what was judged, and what becomes of its answer."""

    upstream: str
    """Id of the upstream."""
    method: bytes
    target: bytes
    """Byte for byte what was judged, or that without its credentials in the query."""
    headers: Headers
    """The end-to-end headers, complete with Host. No framing and no hop-by-hop headers: those are the core's
    to write."""
    upgrade: bytes | None = None
    """`websocket`: switch protocols if the upstream does."""
    until: float | None = None
    """When an upgraded connection must end, in seconds since the epoch; None: when either end likes."""
    reply: ReplyRules = ALL_OF_IT
    told: HeaderPairs = ()
    """What the client is told beside the backend's own answer."""
    max_body: int | None = None
    """How many octets the request's content may have; None: as the listener says."""
    timeout_s: float | None = None
    """How long it may take as a whole, unless it is upgraded; None: as the listener says."""
    share: bytes | None = None
    """Of whom it is one of so many requests at once; None: of nobody."""
    given: bytes = b""
    """Further header lines, as `gateway.server.http1.writer.lines_of` wrote them: what is ours, and may have
    been written for an earlier request."""

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
