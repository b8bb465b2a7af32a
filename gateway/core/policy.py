"""What may an operator ask for?

Data only: the closed unions that the walk interprets with `match`. `gateway.config.compile` makes
them from the file; nothing here knows the file. An empty set never means "all".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.route import RouteTable
    from gateway.core.trust import Issuer

Network = IPv4Network | IPv6Network


# Where a credential may be presented -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerCredential:
    """`Authorization: Bearer <token>` (RFC 6750 section 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCredential:
    """A header whose whole value is the token. `name` in lower case."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieCredential:
    """A cookie whose whole value is the token. The name is compared octet for octet."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryCredential:
    """A query parameter whose whole value is the token (RFC 6750 section 2.3, "SHOULD NOT be used")."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketProtocolCredential:
    """An item of `Sec-WebSocket-Protocol`: this prefix, and the token. A browser's script can set no other.

    The prefix is compared octet for octet, as subprotocols are (RFC 6455 section 11.3.4).
    """

    prefix: str


CredentialSource = (
    BearerCredential | HeaderCredential | CookieCredential | QueryCredential | WebSocketProtocolCredential
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialPlaces:
    """The same by kind, as a request is searched."""

    bearer: bool
    headers: frozenset[bytes]
    cookies: frozenset[bytes]
    queries: frozenset[bytes]
    protocols: tuple[bytes, ...] = ()
    """Prefixes of subprotocols."""


def places_of(sources: tuple[CredentialSource, ...]) -> CredentialPlaces:
    """Sort the sources."""
    return CredentialPlaces(
        bearer=any(isinstance(one, BearerCredential) for one in sources),
        headers=frozenset(one.name.encode() for one in sources if isinstance(one, HeaderCredential)),
        cookies=frozenset(one.name.encode() for one in sources if isinstance(one, CookieCredential)),
        queries=frozenset(one.name.encode() for one in sources if isinstance(one, QueryCredential)),
        protocols=tuple(
            one.prefix.encode() for one in sources if isinstance(one, WebSocketProtocolCredential)
        ),
    )


# Who says which certificate a client has shown ---------------------------------------------------


class CertificateFrom(Enum):
    """In whose form we are told of it; a proxy that speaks another one tells us nothing."""

    NGINX = "nginx"
    """`ssl-client-cert` and `ssl-client-verify`, as ingress-nginx sends them."""
    TRAEFIK = "traefik"
    """`X-Forwarded-Tls-Client-Cert`, of its passTLSClientCert."""
    ENVOY_XFCC = "envoy-xfcc"
    """`x-forwarded-client-cert`."""
    ENVOY_GRPC = "envoy-grpc"
    """`source.certificate` of its question over gRPC, which is no header: nothing that a client sends."""
    HAPROXY = "haproxy"
    """`X-SSL-Client-Cert`: the certificate's DER as base64."""
    RFC9440 = "rfc9440"
    """`Client-Cert` (RFC 9440 section 2)."""
    TLS = "tls"
    """Our own handshake with the client: no proxy stands before us."""


# What a route may require ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopesInclude:
    """Every one of these scopes is in the principal's scopes."""

    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientIs:
    """The client id is one of these."""

    clients: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceIncludes:
    """The token's audience holds at least one of these."""

    audiences: frozenset[str]


ClaimPath = tuple[str, ...]
"""Names of nested members, outermost first: `("realm_access", "roles")`."""

ClaimValue = str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEquals:
    """The claim is exactly this value, of exactly this JSON type."""

    path: ClaimPath
    value: ClaimValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimContains:
    """The claim is an array and holds exactly this value. A string contains nothing."""

    path: ClaimPath
    value: ClaimValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMatches:
    """The claim is a string and the whole of it matches the pattern.

    `*` stands for any run of characters, but in a pattern with an `@` for none that holds another; every
    other character stands for itself. There are no regular expressions in a policy: none can then be
    catastrophic, or unanchored.
    """

    path: ClaimPath
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBound:
    """The token is bound to the certificate that the client shows (RFC 8705 section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateShows:
    """The certificate that the client shows is for at least one of these, exactly.

    URIs as written, DNS names in lower case, of its subject alternative names: never the common name
    (RFC 9525 section 2), and no wildcard stands for anybody.
    """

    identities: frozenset[str]


Requirement = (
    ScopesInclude
    | ClientIs
    | AudienceIncludes
    | ClaimEquals
    | ClaimContains
    | ClaimMatches
    | TokenBound
    | CertificateShows
)


# What a route hands to its backend ---------------------------------------------------------------


class SubjectForm(Enum):
    """How the downstream token names the subject."""

    QUALIFIED = "qualified"
    """`<issuer id>:<sub>`: two issuers' `alice` are two subjects."""
    BARE = "bare"
    """`<sub>`; only where a route admits exactly one issuer and asks for it by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downstream:
    """The token a route's backend gets: one audience, these scopes, this long."""

    audience: str
    scopes: tuple[str, ...]
    ttl_s: int
    reuse_s: int = 0
    """For how long one token may be handed out again to whoever presents the same credential; 0: never."""
    subject: SubjectForm = SubjectForm.QUALIFIED
    copy_claims: tuple[str, ...] = ()
    """Top-level claims to copy; absent ones are left out. Never a registered one."""
    token_type: str = "JWT"  # noqa: S105 - the header's typ


class Access(Enum):
    """Whether a route wants a token."""

    TOKEN = "token"  # noqa: S105
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the allowlist."""

    id: str
    access: Access
    methods: frozenset[str]
    paths: tuple[str, ...]
    """Path templates: literal segments, `{name}` for exactly one, a last `**` for any number or none."""
    issuers: frozenset[str]
    """Ids of the issuers whose tokens it admits. Empty only where access is public."""
    requirements: tuple[Requirement, ...] = ()
    downstream: Downstream | None = None
    """None only where access is public."""
    admit_in_path: frozenset[str] = frozenset()
    """Values of `gateway.core.target.Oddity` that this route asks for by name."""
    websocket: bool = False
    upstream: str | None = None
    """Where its requests go, at the edge: an id of an upstream, or a URL that is one."""
    timeout_s: int | None = None
    """At the edge: how long a request may take as a whole; None: as long as something comes."""
    max_body: int = 100 << 20
    """At the edge: how many octets its content may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Which browser origins may call, and what a preflight is told (Fetch standard, CORS protocol)."""

    origins: frozenset[str]
    """Serialised origins, compared exactly. Never `*`: these routes take credentials."""
    headers: tuple[str, ...] = ("authorization", "content-type")
    expose: tuple[str, ...] = ()
    credentials: bool = False
    max_age_s: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPattern:
    """A host of the policy: exact, or `*.` and a domain for exactly one more label."""

    name: str
    port: int | None = None
    """None: the scheme's default port, said or unsaid."""

    @property
    def wildcard(self) -> bool:
        """Whether the first label is `*`."""
        return self.name.startswith("*.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The id a proxy is pinned to, and everything that holds for requests asked under it."""

    id: str
    hosts: tuple[HostPattern, ...]
    peers: tuple[Network, ...]
    caller_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    """A peer says one of these as well, or shows one of `caller_identities`. Where there are neither, its
    network alone is believed, by the operator's word.
    """
    caller_identities: frozenset[str] = frozenset()
    """Names of which its certificate shows one: URIs as written, DNS names in lower case."""
    credentials: tuple[CredentialSource, ...]
    certificate_from: CertificateFrom | None = None
    """None: nobody says, and a token that is bound to a certificate is refused."""
    routes: "RouteTable"
    cors: Cors | None = None
    realm: str = ""
    """The `realm` of challenges; the policy's id unless named."""
    # Read for every request. A frozenset remembers its hash; a tuple works it out each time.
    peer_networks: frozenset[Network] = field(init=False, repr=False)
    host_patterns: frozenset[HostPattern] = field(init=False, repr=False)
    places: CredentialPlaces = field(init=False, repr=False)
    asks_identities: bool = field(init=False, repr=False)
    """A route asks for a name of the client's certificate, so that they are to be read."""

    def __post_init__(self) -> None:
        """Derive what is asked most."""
        object.__setattr__(self, "peer_networks", frozenset(self.peers))
        object.__setattr__(self, "host_patterns", frozenset(self.hosts))
        object.__setattr__(self, "places", places_of(self.credentials))
        object.__setattr__(self, "asks_identities", _asks_identities(self.routes))

    @property
    def at_the_edge(self) -> bool:
        """Whether the edge serves it: its routes say where their requests go."""
        return any(route.upstream is not None for route in self.routes.routes)


def _asks_identities(routes: "RouteTable") -> bool:
    requirements = (one for route in routes.routes for one in route.requirements)
    return any(isinstance(one, CertificateShows) for one in requirements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One whole world: a request sees one of these, and a reload replaces it."""

    generation: str
    """A digest of the configuration it was compiled from."""
    issuers: Mapping[str, "Issuer"]
    """By `iss`, exactly."""
    policies: Mapping[str, Policy]
    downstream_issuer: str
    """The `iss` of what we mint."""
