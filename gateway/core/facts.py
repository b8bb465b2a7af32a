"""What did a trusted peer tell us about one request?

`RequestFacts` is the only thing of the request that the walk reads. A dialect makes it, from the one
set of headers that its proxy sets; nothing in it is a guess.
"""

from typing import NamedTuple

from gateway.core.headers import Headers


class Host(NamedTuple):
    """A host as claimed: a lower-case name without trailing dot, or an IP literal without brackets."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        """Render as in a Host header."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


class ClientCertificate(NamedTuple):
    """What is known of the certificate that the client has shown in mutual TLS. Never printed."""

    thumbprint: bytes
    """The SHA-256 of its DER (RFC 8705 section 3.1); empty where the client has shown none."""
    identities: frozenset[str] | None
    """Its URIs as written and its DNS names in lower case, of its subject alternative names. None: unknown,
    which is not the same as none.
    """

    def __repr__(self) -> str:
        return f"ClientCertificate({'one' if self.thumbprint else 'none'})"


class RequestFacts(NamedTuple):
    """One request, as the peer tells it. Frozen: a step cannot change what a later step reads."""

    dialect: str
    policy: str
    peer: str
    """Who asked us: the address of the proxy."""
    client_address: str
    """Whom the proxy says it serves; for the record only, no decision reads it."""
    method: str
    scheme: str
    """`http` or `https`."""
    host: Host
    target: bytes
    """Path and query, byte for byte. The query may hold a token: never print it."""
    headers: Headers
    """The client's headers. They hold the credential: never print them."""
    upgrade: str | None = None
    """The protocol of an Upgrade header, lower case."""
    can_remove_query: bool = False
    """The proxy has said that it takes the policy's query credentials out of the target."""
    can_remove_cookie: bool = True
    """The proxy replaces the Cookie header by the one in our answer."""
    certificate: ClientCertificate | None = None
    """None: nobody who may tell us of it does."""
    can_remove_protocol: bool = False
    """A subprotocol that holds a token is taken out of Sec-WebSocket-Protocol."""
    strips_cookies: bool = False
    """Whoever passes the request on takes the policy's cookies out: no answer has to say what is left."""

    @property
    def path(self) -> bytes:
        """The target up to the first `?`."""
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes:
        """The target after the first `?`."""
        return self.target.partition(b"?")[2]

    def header_values(self, name: bytes) -> list[bytes]:
        """Every value of one header, in order; `name` in lower case."""
        return self.headers.all(name)

    def __repr__(self) -> str:
        return f"RequestFacts({self.dialect}, {self.policy}, {self.method})"
