"""How does the file describe who may call what?"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.schema_types import (
    ClaimPathText,
    Duration,
    Id,
    Scalar,
    SecretReference,
    Section,
    Size,
    Text,
    Texts,
)


class BearerSection(Section):
    """`Authorization: Bearer <token>`."""

    type: Literal["bearer"]
    """RFC 6750 section 2.1."""


class HeaderSection(Section):
    """A header whose whole value is the token."""

    type: Literal["header"]
    """A header of your own."""
    name: Text = Field(examples=["x-api-token"])
    """The header's name."""


class CookieSection(Section):
    """A cookie whose whole value is the token."""

    type: Literal["cookie"]
    """Beware of cross-site requests."""
    name: Text = Field(examples=["api_token"])
    """The cookie's name."""


class QuerySection(Section):
    """Insecure by name: a query parameter whose whole value is the token."""

    type: Literal["query"]
    """RFC 6750 section 2.3: SHOULD NOT be used."""
    name: Text = Field(examples=["access_token"])
    """The parameter's name."""


class WebSocketProtocolSection(Section):
    """An item of Sec-WebSocket-Protocol: a prefix and the token. At the edge alone, which takes it out."""

    type: Literal["websocket-protocol"]
    """For scripts in browsers, which can set no other header of a WebSocket's handshake."""
    prefix: Text = Field(examples=["bearer."])
    """What stands before the token."""


CredentialSection = Annotated[
    BearerSection | HeaderSection | CookieSection | QuerySection | WebSocketProtocolSection,
    Field(discriminator="type"),
]


class ClaimSection(Section):
    """One claim, and exactly one of equals, contains, matches."""

    path: ClaimPathText = Field(examples=["realm_access.roles"])
    """`a.b`, or a list of names."""
    equals: Scalar | None = Field(default=None, examples=["acme"])
    """Exactly this value, of this type."""
    contains: Scalar | None = Field(default=None, examples=["orders-reader"])
    """An array that holds exactly this value."""
    matches: Text | None = Field(default=None, examples=["svc-*"])
    """The whole text, `*` standing for any run of characters; beside an `@`, for none with another `@`."""


class ShownCertificateSection(Section):
    """What the certificate must be that the client shows beside its token."""

    identities: Texts = Field(examples=[["spiffe://cluster.local/ns/shop/sa/checkout"]])
    """It shows one of these, exactly: a URI, or a DNS name. Never its common name."""


class RequireSection(Section):
    """What a token must have. All of it must hold."""

    scopes: Texts | None = Field(default=None, examples=[["orders:read"]])
    """Every one of these scopes."""
    clients: Texts | None = Field(default=None, examples=[["billing"]])
    """The client id is one of these."""
    audiences: Texts | None = Field(default=None, examples=[["https://api.example.com"]])
    """The token was issued for one of these."""
    claims: tuple[ClaimSection, ...] | None = Field(
        default=None, min_length=1, examples=[[{"path": "tenant", "equals": "acme"}]]
    )
    """Claims that must hold."""
    bound: Literal[True] | None = Field(default=None, examples=[True])
    """It is bound to the certificate that its client shows (RFC 8705). Needs client_certificate."""
    certificate: ShownCertificateSection | None = Field(
        default=None, examples=[{"identities": ["spiffe://cluster.local/ns/shop/sa/checkout"]}]
    )
    """What its client's certificate must show beside it. Needs client_certificate."""
    any_valid_token: Literal[True] | None = Field(default=None, examples=[True])
    """Nothing beyond a valid token of an admitted issuer: must be asked for by name, and stands alone."""


class RouteDownstreamSection(Section):
    """The token that this route's backend gets."""

    audience: Text = Field(examples=["orders"])
    """Its one audience: the backend's own name."""
    scopes: Texts | None = Field(default=None, examples=[["orders:read"]])
    """Its scopes. Default: those that the route requires."""
    ttl: Duration = Field(default="60s", examples=["60s"])
    """Its life: 5s to 300s."""
    reuse: Duration = Field(default="0s", examples=["30s"])
    """For how long one token may be given out again to the same credential. At least 5s of its life stay."""
    subject: Literal["qualified", "bare"] = Field(default="qualified", examples=["qualified"])
    """`<issuer id>:<sub>`, or the bare `<sub>` where the route admits exactly one issuer."""
    copy_claims: Texts | None = Field(default=None, examples=[["email"]])
    """Claims of the client's token to copy. None that is registered."""
    token_type: Literal["JWT", "at+jwt"] = Field(default="JWT", examples=["JWT"])
    """The header's `typ`. Some verifiers refuse at+jwt unless told."""


class RouteSection(Section):
    """One row of the allowlist."""

    id: Id = Field(examples=["orders-read"])
    """Its name in logs and metrics, unique in the policy."""
    access: Literal["token", "public"] = Field(default="token", examples=["token"])
    """`public` lets everybody through without a token, and must be asked for by name."""
    methods: Texts = Field(examples=[["GET", "HEAD"]])
    """Upper case, each by name."""
    paths: Texts = Field(examples=[["/v1/orders", "/v1/orders/{order}"]])
    """Literal segments, `{name}` for exactly one, a last `**` for any number."""
    issuers: Texts | None = Field(default=None, examples=[["corp"]])
    """Ids of the issuers whose tokens it admits."""
    require: RequireSection | None = Field(default=None, examples=[{"scopes": ["orders:read"]}])
    """What the token must have beside being valid. Needed with access: token."""
    downstream: RouteDownstreamSection | None = Field(default=None, examples=[{"audience": "orders"}])
    """The token that the backend gets in its place."""
    allow_in_path: Texts | None = Field(default=None, examples=[["escaped_slash"]])
    """Spellings that readers treat differently, each asked for by name."""
    websocket: bool = False
    """Whether the route may be upgraded to WebSocket."""
    upstream: Text | None = Field(default=None, examples=["http://orders.shop.svc:8080"])
    """Where its requests go, at the edge: an id of `upstreams`, or the URL of one server."""
    timeout: Duration | None = Field(default=None, examples=["60s"])
    """At the edge: how long a request may take as a whole. Default: as long as something comes in time."""
    max_body: Size | None = Field(default=None, examples=["10MiB"])
    """At the edge: how large a request's content may be. Default: listeners.edge.max_body."""


class CorsSection(Section):
    """Which browser origins may call."""

    origins: Texts = Field(examples=[["https://app.example.com"]])
    """Exactly as a browser sends them. Never `*`."""
    headers: Texts | None = Field(default=None, examples=[["authorization", "content-type"]])
    """Request headers that scripts may set."""
    expose: Texts | None = Field(default=None, examples=[["x-request-id"]])
    """Response headers that scripts may read."""
    credentials: bool = False
    """Whether scripts may send cookies along."""
    max_age: Duration = Field(default="600s", examples=["600s"])
    """How long a browser may remember a preflight: 0s to 1d."""


class CallersSection(Section):
    """How a proxy shows, beside its address, that it may ask."""

    secrets: Annotated[tuple[SecretReference, ...], Field(min_length=1, max_length=2)] | None = Field(
        default=None, examples=[["env:CALLER_SECRET"]]
    )
    """It says one of these in X-Token-Gateway-Caller. Two while you change it."""
    identities: Texts | None = Field(
        default=None, examples=[["spiffe://cluster.local/ns/ingress/sa/ingress-nginx"]]
    )
    """Its certificate shows one of these: a URI, or a DNS name. Needs listeners.*.tls.client_ca."""
    network_alone: bool = False
    """Its address is enough: insecure, by name."""


class PolicySection(Section):
    """One policy: the id that a proxy is pinned to, and everything that holds under it."""

    hosts: Texts = Field(examples=[["api.example.com"]])
    """The hosts it covers."""
    peers: Texts | None = Field(default=None, examples=[["10.42.0.0/16"]])
    """Addresses of the proxies that may ask, or `anyone`, which is insecure by name. Needed, with callers,
    unless the edge serves the policy: then, by default, no proxy may ask."""
    callers: CallersSection | None = Field(default=None, examples=[{"secrets": ["env:CALLER_SECRET"]}])
    """What a proxy must show beside its address."""
    credentials: tuple[CredentialSection, ...] = Field(min_length=1, examples=[[{"type": "bearer"}]])
    """Where a token may be presented."""
    client_certificate: (
        Literal["nginx", "traefik", "envoy-xfcc", "envoy-grpc", "haproxy", "rfc9440", "tls"] | None
    ) = Field(default=None, examples=["nginx"])
    """In which form the proxy says which certificate its client has shown: it must verify it, and set or
    remove those headers itself. `tls`: to the edge, with listeners.edge.tls.client_ca. Default: none, and a
    token that is bound to a certificate is refused.
    """
    cors: CorsSection | None = Field(default=None, examples=[{"origins": ["https://app.example.com"]}])
    """Without it no browser origin may call."""
    realm: Text | None = Field(default=None, examples=["orders"])
    """The realm of challenges. Default: the policy's id."""
    routes: tuple[RouteSection, ...] = Field(
        min_length=1, examples=[[{"id": "orders-read", "methods": ["GET"], "paths": ["/v1/orders"]}]]
    )
    """The allowlist. What no route names is refused."""
