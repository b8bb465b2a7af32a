"""Whose word does the edge take, how much may be asked of it, and where does it send what is permitted?

Values, as in `gateway.config.world`; what speaks to the servers is in `gateway.server`.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.core.policy import Network
from gateway.tls.client import Trust
from gateway.tls.pair import Pair

CONNECT_S: Final = 5
FIRST_BYTE_S: Final = 60
IDLE_S: Final = 60
MAX_REQUESTS: Final = 1024
MAX_BODY: Final = 100 << 20
MAX_CONNECTIONS: Final = 10_000
REQUESTS_PER_CLIENT: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeTrust:
    """Which proxies may stand before the edge, and how they tell of their clients. By default none."""

    trusted_proxies: frozenset[Network] = frozenset()
    forwarded: Literal["none", "forwarded", "x-forwarded"] = "none"
    proxy_protocol: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """How much clients may ask of the edge, and what it tells browsers."""

    max_body: int = MAX_BODY
    """Octets of one request's content, where its route says nothing else: `Route.max_body` has it."""
    max_connections: int = MAX_CONNECTIONS
    """At once, in each worker."""
    requests_per_client: int = REQUESTS_PER_CLIENT
    """At once of one subject, in each worker."""
    hsts_s: int | None = None
    """The max-age of Strict-Transport-Security (RFC 6797). None: it is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamServer:
    """One server of an upstream."""

    scheme: Literal["http", "https"]
    host: str
    """A name, or an address without brackets."""
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamTls:
    """How the servers are known, and what they are shown. PEM, in memory."""

    ca: bytes | None = None
    """None: the authorities of the system."""
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()
    """A server's certificate shows one of these, URIs or DNS names; empty: the host of its URL."""

    @property
    def trust(self) -> Trust:
        """Give what connections to the servers are made with."""
        pair = None
        if self.certificate is not None and self.key is not None:
            pair = Pair(chain=self.certificate, key=self.key)
        return Trust(authority=self.ca, shows=pair, names=frozenset(self.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a server is asked whether it is well."""

    path: str
    every_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One backend. Its id is what `Route.upstream` and `Forward.upstream` name."""

    id: str
    """As in `upstreams:`, or the URL that a route names instead."""
    servers: tuple[UpstreamServer, ...]
    tls: UpstreamTls = UpstreamTls()
    """Read for https servers alone."""
    connect_timeout_s: int = CONNECT_S
    first_byte_timeout_s: int = FIRST_BYTE_S
    idle_timeout_s: int = IDLE_S
    max_requests: int = MAX_REQUESTS
    """At once, in each worker."""
    health: Health | None = None
    """None: nobody asks."""
