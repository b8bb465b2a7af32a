"""How does the file describe the edge: where clients come in themselves, and where their requests go?"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.schema_tls import EdgeTlsSection
from gateway.config.schema_types import Duration, SecretReference, Section, Size, Text, Texts


class UpstreamTlsSection(Section):
    """How we know the servers of an upstream, and how they know us. Needs https servers."""

    ca: SecretReference | None = Field(default=None, examples=["file:tls/ca.crt"])
    """Who vouches for them, as PEM. Default: the authorities of the system."""
    certificate: SecretReference | None = Field(default=None, examples=["file:tls/tls.crt"])
    """What we show, as PEM, with those between it and a root. Needs key."""
    key: SecretReference | None = Field(default=None, examples=["file:tls/tls.key"])
    """Its key, as PEM without a password."""
    names: Texts | None = Field(default=None, examples=[["orders.shop.svc"]])
    """Their certificates must show one of these: a URI (`spiffe://...`), or a DNS name. Default: the host of
    each server's URL."""


class HealthSection(Section):
    """How we find out which servers to leave out. A server that answers 2xx is well."""

    path: Text = Field(examples=["/healthz"])
    """Asked with GET, without any credential."""
    every: Duration = Field(default="10s", examples=["10s"])
    """How often each server is asked."""


class UpstreamSection(Section):
    """One backend: its servers, and how long and how much they may be asked."""

    servers: Texts = Field(examples=[["http://orders.shop.svc:8080"]])
    """Scheme, host and port of each. All http or all https."""
    tls: UpstreamTlsSection | None = Field(default=None, examples=[{"ca": "file:tls/ca.crt"}])
    """How we know them. Default, with https: by the authorities of the system and the URL's host."""
    connect_timeout: Duration = Field(default="5s", examples=["5s"])
    """How long a connection may take to be made, its TLS included."""
    first_byte_timeout: Duration = Field(default="60s", examples=["60s"])
    """How long a server may take, once it has the request, until its answer begins."""
    idle_timeout: Duration = Field(default="60s", examples=["60s"])
    """How long nothing may come of an answer that has begun."""
    max_requests: Annotated[int, Field(ge=1, le=100_000)] = Field(default=1024, examples=[1024])
    """So many at once in each worker; more are answered 503."""
    health: HealthSection | None = Field(default=None, examples=[{"path": "/healthz"}])
    """Default: nobody asks, and every server counts as well."""


class EdgeListener(Section):
    """Where clients come in themselves, in place of a proxy."""

    host: Text = Field(default="0.0.0.0", examples=["0.0.0.0"])  # noqa: S104 - it is for everybody
    """An IP address."""
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8080, examples=[8080])
    """0 lets the system choose."""
    tls: EdgeTlsSection | None = Field(
        default=None, examples=[{"certificate": "file:tls/tls.crt", "key": "file:tls/tls.key"}]
    )
    """Without it requests are plain HTTP, and somebody before us must end TLS."""
    trusted_proxies: Texts | None = Field(default=None, examples=[["10.0.0.0/16"]])
    """Addresses of the load balancers whose word on their clients is taken. Default: nobody's."""
    forwarded: Literal["none", "forwarded", "x-forwarded"] = Field(default="none", examples=["x-forwarded"])
    """In which headers they say it: Forwarded (RFC 7239), or X-Forwarded-For and -Proto. One, never both."""
    max_body: Size = Field(default="100MiB", examples=["100MiB"])
    """How large a request's content may be, where its route says nothing else; more is answered 413."""
    max_connections: Annotated[int, Field(ge=1, le=1_000_000)] = Field(default=10_000, examples=[10_000])
    """So many clients' connections at once in each worker."""
    requests_per_client: Annotated[int, Field(ge=1, le=100_000)] = Field(default=256, examples=[256])
    """So many requests of one subject at once in each worker; more are answered 429."""
    hsts: Duration | None = Field(default=None, examples=["365d"])
    """For how long browsers shall come by https alone (RFC 6797); 0s makes them forget it. Needs tls, or
    forwarded. Default: it is not said.
    """
    proxy_protocol: bool = False
    """Whether each of their connections begins with a PROXY protocol header, version 2."""
