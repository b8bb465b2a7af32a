"""What may a configuration file say?

The format and nothing clever: mappings, lists, texts, numbers. The issuers are in `schema_issuers`,
the policies in `schema_policies`. What it means is `gateway.config.compile`.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.schema_edge import EdgeListener, UpstreamSection
from gateway.config.schema_issuers import DownstreamSection, IssuerSection
from gateway.config.schema_policies import PolicySection
from gateway.config.schema_tls import TlsSection
from gateway.config.schema_types import Duration, Id, SecretReference, Section, Text, Texts

Port = Annotated[int, Field(ge=0, le=65535)]


class DecisionListener(Section):
    """Where the proxies ask."""

    host: Text = Field(default="0.0.0.0", examples=["0.0.0.0"])  # noqa: S104 - peers are checked
    """An IP address."""
    port: Port = Field(default=4180, examples=[4180])
    """0 lets the system choose."""
    tls: TlsSection | None = Field(
        default=None, examples=[{"certificate": "file:tls/tls.crt", "key": "file:tls/tls.key"}]
    )
    """Without it requests are plain HTTP."""


class GrpcListener(Section):
    """Where Envoy asks over gRPC. Needs the extra `grpc`: pip install 'token-gateway[grpc]'."""

    host: Text = Field(default="0.0.0.0", examples=["0.0.0.0"])  # noqa: S104 - peers are checked
    """An IP address."""
    port: Port = Field(default=4181, examples=[4181])
    """0 lets the system choose."""
    tls: TlsSection | None = Field(
        default=None, examples=[{"certificate": "file:tls/tls.crt", "key": "file:tls/tls.key"}]
    )
    """Without it calls come in plain HTTP/2."""


class KeysListener(Section):
    """Where backends fetch our public keys."""

    host: Text = Field(default="0.0.0.0", examples=["0.0.0.0"])  # noqa: S104 - public keys only
    """An IP address."""
    port: Port = Field(default=8081, examples=[8081])
    """0 lets the system choose."""


class AdminListener(Section):
    """Probes and metrics."""

    host: Text = Field(default="127.0.0.1", examples=["127.0.0.1"])
    """An IP address."""
    port: Port = Field(default=9090, examples=[9090])
    """0 lets the system choose."""


class ListenersSection(Section):
    """One address a purpose, so that network policies can tell them apart."""

    decision: DecisionListener = DecisionListener()
    """Where the proxies ask."""
    grpc: GrpcListener | None = Field(default=None, examples=[{"port": 4181}])
    """Where Envoy asks over gRPC. Default: nowhere."""
    edge: EdgeListener | None = Field(default=None, examples=[{"port": 8080}])
    """Where clients come in themselves. Default: nowhere."""
    keys: KeysListener = KeysListener()
    """Where backends fetch our public keys."""
    admin: AdminListener = AdminListener()
    """Probes and metrics."""


class RepeatedRefusals(Section):
    """How many refusals alike have a record of their own."""

    keep: Annotated[int, Field(ge=1, le=1_000_000)] = Field(default=20, examples=[20])
    """So many of each kind are written down; the others are counted, and summed up in one record."""
    per: Duration = Field(default="10s", examples=["10s"])
    """How often the summary is written, and counting begins anew."""


class AuditSection(Section):
    """What decision records say, and how many there are."""

    reveal: Annotated[tuple[Literal["client_id", "subject", "path"], ...], Field(min_length=1)] | None = (
        Field(default=None, examples=[["client_id"]])
    )
    """What to write in the clear; everything else is hashed."""
    fingerprint_key: SecretReference | None = Field(default=None, examples=["env:GATEWAY_FINGERPRINT_KEY"])
    """Key of the fingerprints, at least 32 bytes, so that replicas agree. Default: random."""
    sample_allowed: Annotated[float, Field(gt=0, le=1)] = Field(default=1.0, examples=[0.01])
    """Which part of the allowed decisions is written down, drawn at random. Refusals always are."""
    repeated_refusals: RepeatedRefusals = RepeatedRefusals()
    """Of refusals alike, only the first are written down one by one."""
    when_full: Literal["drop", "wait"] = Field(default="drop", examples=["wait"])
    """When nobody reads the records: drop new ones and count them, or take no more requests."""


class RevocationsSection(Section):
    """Which tokens are refused although their issuer vouches for them."""

    file: Text = Field(examples=["revoked.yaml"])
    """The deny list, relative to this file; read again within a second after it changes."""


class MemoSection(Section):
    """How many answers are remembered, so that a token that comes again need not be verified again."""

    entries: Annotated[int, Field(ge=0, le=10_000_000)] = Field(default=100_000, examples=[100_000])
    """One for each token and route, in each worker. 0 remembers nothing."""
    megabytes: Annotated[int, Field(ge=1, le=65_536)] = Field(default=128, examples=[128])
    """What they may take in each worker, about. About 2 kB each."""


class GatewayFile(Section):
    """The main file."""

    issuers: dict[Id, IssuerSection] = Field(
        min_length=1,
        examples=[{"corp": {"issuer": "https://idp.example.com", "audiences": ["https://api.example.com"]}}],
    )
    """Whom we believe, by an id of your own: metric label and first half of every subject."""
    downstream: DownstreamSection = Field(
        examples=[
            {
                "issuer": "https://token-gateway.token-gateway.svc",
                "jwks_uri": "http://token-gateway-keys.token-gateway.svc:8081/.well-known/jwks.json",
                "keys": {"store": "directory", "path": "keys/"},
            }
        ]
    )
    """What we mint."""
    policies: dict[Id, PolicySection] | None = Field(default=None, min_length=1)
    """Who may call what, by the id that a proxy is pinned to: /auth/nginx/<id>."""
    upstreams: dict[Id, UpstreamSection] | None = Field(
        default=None, min_length=1, examples=[{"orders": {"servers": ["http://orders.shop.svc:8080"]}}]
    )
    """Where the edge sends requests, by an id that routes name."""
    include: Texts | None = Field(default=None, examples=[["policies.d/"]])
    """Files, or folders of .yaml files, that hold policies; one a team."""
    listeners: ListenersSection = ListenersSection()
    """Where we listen."""
    memo: MemoSection = MemoSection()
    """How much is remembered."""
    audit: AuditSection = AuditSection()
    """What decision records say, and how many there are."""
    revocations: RevocationsSection | None = Field(default=None, examples=[{"file": "revoked.yaml"}])
    """Which tokens are refused although their issuer vouches for them. Default: none."""


class PolicyFile(Section):
    """An included file: policies and nothing else."""

    policies: dict[Id, PolicySection] = Field(
        min_length=1, examples=[{"orders": {"hosts": ["api.example.com"]}}]
    )
    """Who may call what, by the id that a proxy is pinned to."""
