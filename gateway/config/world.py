"""What does a whole configuration come to?

The values that the composition root hands out: the snapshot to the walk, the rest to those who fetch,
sign, listen and record. Nothing here knows the file format, and nothing beyond `gateway.config` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from gateway.config.problem import Problem
from gateway.config.upstream import EdgeSettings, EdgeTrust, Upstream
from gateway.core.policy import Snapshot
from gateway.core.trust import KeyLocation
from gateway.net.outbound import Outbound
from gateway.tls.server import Certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSource:
    """Where one issuer's keys are, and how to get there."""

    location: KeyLocation
    outbound: Outbound


@dataclass(frozen=True, slots=True)
class MemoryKeys:
    """Our private keys die with the process."""

    rotate_every_s: int


@dataclass(frozen=True, slots=True)
class DirectoryKeys:
    """Our private keys are made in this directory on first start, and kept there."""

    path: str
    rotate_every_s: int


@dataclass(frozen=True, slots=True)
class SharedKeys:
    """Our private keys are in this directory, which others write."""

    path: str


KeyStore = MemoryKeys | DirectoryKeys | SharedKeys

DECISION: Final = "decision"
GRPC: Final = "grpc"
EDGE: Final = "edge"
"""The listeners at which requests are decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen. Port 0 lets the system choose."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """One address a purpose."""

    decision: Address
    keys: Address
    admin: Address
    decision_tls: Certificates | None = None
    grpc_tls: Certificates | None = None
    grpc: Address | None = None
    """None where Envoy does not ask over gRPC."""
    edge: Address | None = None
    """None where no client comes in itself."""
    edge_tls: Certificates | None = None
    edge_trust: EdgeTrust | None = None
    """Whose word the edge takes; set where `edge` is."""
    edge_settings: EdgeSettings | None = None
    """How much may be asked of it; set where `edge` is."""

    @property
    def deciding(self) -> Mapping[str, Address]:
        """Give those at which requests are decided, by name."""
        named = {DECISION: self.decision, GRPC: self.grpc, EDGE: self.edge}
        return {name: at for name, at in named.items() if at is not None}

    @property
    def certificates(self) -> Mapping[str, Certificates]:
        """Give what those of them show that speak TLS."""
        named = {DECISION: self.decision_tls, GRPC: self.grpc_tls, EDGE: self.edge_tls}
        return {name: shown for name, shown in named.items() if shown is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What decision records say in the clear, the key of the fingerprints in them, and how many there are."""

    reveal: frozenset[str]
    """Of `client_id`, `subject` and `path`."""
    fingerprint_key: bytes | None = field(default=None, repr=False)
    """None: a random one, so that replicas do not agree."""
    sample_allowed: float = 1.0
    """Which part of the allowed decisions has a record; of (0, 1]."""
    keep_refusals: int = 20
    """So many refusals alike have records of their own ..."""
    refusals_per_s: int = 10
    """... in so many seconds; then comes a summary of the others."""
    when_full: Literal["drop", "wait"] = "drop"
    """What happens while nobody reads the records: they are dropped, or requests wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationFile:
    """Where the deny list is, and what its entries may name."""

    path: str
    issuer_ids: frozenset[str]
    fingerprint: Callable[[bytes], str] | None = field(default=None, repr=False)
    """Gives a token's fingerprint. None without a configured key: a random one names nothing for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRoom:
    """How much each worker may remember."""

    entries: int
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One configuration, compiled."""

    snapshot: Snapshot
    issuers: Mapping[str, IssuerSource]
    """By issuer id."""
    key_store: KeyStore
    signing_algorithm: Literal["ES256", "EdDSA"]
    """`ES256` or `EdDSA`."""
    listeners: Listeners
    audit: Audit
    memo: MemoRoom
    downstream_issuer: str
    jwks_uri: str
    revocations: RevocationFile | None
    """None where the operator keeps no deny list."""
    upstreams: Mapping[str, Upstream] = field(default_factory=dict)
    """By what a route names: an id, or a URL."""
    warnings: tuple[str, ...] = ()
    """Every insecure choice that was asked for by name, and what will hardly work, with its place: printed at
    start, a metric."""
    refused: tuple[Problem, ...] = ()
    """What is wrong with included files: none of their policies is in the snapshot."""
