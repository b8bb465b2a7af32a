"""What does the configuration mean?

Second of three stages: `gateway.config.load` (form), compile (meaning), adopt (the server's swap). Turns
what the files say into the types of the walk, and checks whatever no single field can tell.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Final

from gateway.config.compile_edge import (
    check_certificates,
    check_hosts,
    check_upstreams,
    compile_edge_settings,
    compile_edge_trust,
)
from gateway.config.compile_issuers import compile_issuer, compile_issuer_source
from gateway.config.compile_keys import compile_key_store
from gateway.config.compile_policies import compile_policy
from gateway.config.compile_routes import Known
from gateway.config.compile_secrets import secret_at
from gateway.config.compile_tls import compile_tls
from gateway.config.compile_upstreams import compile_upstreams, upstreams_by_url
from gateway.config.edge_mistakes import check_at_the_edge, check_upstream
from gateway.config.host_names import parse_listening_host
from gateway.config.http_names import parse_issuer_url, parse_url
from gateway.config.load import Config, load_draft
from gateway.config.problem import ConfigError, Problem, sorted_problems
from gateway.config.schema_types import octets, seconds
from gateway.config.secret import ReadSecret, read_secret
from gateway.config.spot import Spot
from gateway.config.upstream import Upstream
from gateway.config.world import (
    Address,
    Audit,
    IssuerSource,
    Listeners,
    MemoRoom,
    RevocationFile,
    World,
)
from gateway.core.policy import Policy, Snapshot
from gateway.core.trust import Issuer
from gateway.redact.fingerprint import Fingerprints

MIN_FINGERPRINT_KEY: Final = 32  # RFC 2104 section 3: no shorter than the hash's output


def load_world(path: Path, *, read_secret: ReadSecret = read_secret) -> World:
    """Load and compile. Raises: ConfigError with every mistake, of form and of meaning."""
    return compile_config(load_draft(path), read_secret=read_secret)


def compile_config(config: Config, *, read_secret: ReadSecret = read_secret) -> World:
    """Compile what was loaded.

    Raises: ConfigError with every mistake, where one of them is in the main file. An included file with
    a mistake is left out whole, and told in `World.refused`.
    """
    spot = Spot(source=config.sources[0])
    issuers, sources = _issuers(config, spot / "issuers")
    _check_downstream(config, spot / "downstream")
    key_store = compile_key_store(config.main.downstream.keys, config.directory, spot / "downstream" / "keys")
    listeners = _listeners(config, spot / "listeners", read_secret)
    audit = _audit(config, spot / "audit", read_secret)
    upstreams = _upstreams(config, spot / "upstreams", read_secret, listeners)
    policies = dict(_policies(config, spot, read_secret, listeners))
    check_hosts(policies, {}, spot / "policies")
    warnings = list(spot.warnings)
    refused: list[Problem] = []
    for source in config.sources[1:]:
        included = Spot(source=source)
        more = dict(_policies(config, included, read_secret, listeners))
        check_hosts(more, policies, included / "policies")
        problems = sorted_problems((*source.problems, *included.problems))
        refused += problems
        if not problems:
            policies |= more
            warnings += included.warnings
    fatal = (*spot.source.problems, *spot.problems)
    if fatal:
        raise ConfigError((*fatal, *refused))
    downstream = config.main.downstream
    return World(
        snapshot=Snapshot(
            generation=config.generation,
            issuers={issuer.issuer: issuer for issuer in issuers},
            policies=policies,
            downstream_issuer=downstream.issuer,
        ),
        issuers=sources,
        key_store=key_store,
        signing_algorithm=downstream.algorithm,
        listeners=listeners,
        audit=audit,
        memo=MemoRoom(entries=config.main.memo.entries, octets=config.main.memo.megabytes << 20),
        downstream_issuer=downstream.issuer,
        jwks_uri=downstream.jwks_uri,
        revocations=_revocations(config, frozenset(sources), audit.fingerprint_key),
        upstreams=upstreams | {one.id: one for one in upstreams_by_url(policies.values())},
        warnings=tuple(warnings),
        refused=tuple(refused),
    )


# --- private ---


def _issuers(config: Config, spot: Spot) -> tuple[list[Issuer], Mapping[str, IssuerSource]]:
    issuers, sources = [], {}
    for issuer_id, section in config.main.issuers.items():
        here = spot / issuer_id
        issuer = compile_issuer(issuer_id, section, here)
        sources[issuer_id] = compile_issuer_source(section, config.directory, here)
        issuers.append(issuer)
        if _is_ours(issuer.issuer, config.main.downstream.issuer):
            (here / "issuer").refuse(
                "is our own downstream issuer: backends' tokens would be let in at the front door",
                "name the identity provider",
            )
    for first, second in combinations(issuers, 2):
        if first.issuer == second.issuer:
            (spot / second.id / "issuer").refuse(
                f"is also the issuer of {first.id}", "keep one of the two, with the audiences of both"
            )
    return issuers, sources


def _is_ours(issuer: str, ours: str) -> bool:
    """Compared loosely: nobody means a difference in case or in a last slash."""
    return issuer.rstrip("/").casefold() == ours.rstrip("/").casefold()


def _check_downstream(config: Config, spot: Spot) -> None:
    (spot / "issuer").read(parse_issuer_url, config.main.downstream.issuer)
    (spot / "jwks_uri").read(parse_url, config.main.downstream.jwks_uri)


def _upstreams(config: Config, spot: Spot, read: ReadSecret, listeners: Listeners) -> dict[str, Upstream]:
    upstreams = compile_upstreams(config.main.upstreams or {}, config.directory, spot, read)
    for upstream in upstreams.values():
        check_upstream(upstream, listeners, spot / upstream.id / "servers")
    return upstreams


def _policies(
    config: Config, spot: Spot, read: ReadSecret, compiled: Listeners
) -> Iterator[tuple[str, Policy]]:
    listeners = config.main.listeners
    spoken = (listeners.decision.tls, listeners.grpc.tls if listeners.grpc is not None else None)
    known = Known(config.issuer_ids, config.upstream_ids)
    if listeners.edge is not None:
        known = known._replace(max_body=octets(listeners.edge.max_body))
    vouched = any(tls is not None and tls.client_ca is not None for tls in spoken)
    for policy_id, section in spot.source.policies.items():
        here = spot / "policies" / policy_id
        check_upstreams(section, here, edge=listeners.edge is not None)
        check_certificates(section, here, listeners)
        if section.callers is not None and section.callers.identities and not vouched:
            (here / "callers" / "identities").refuse(
                "nobody would vouch for them",
                "name listeners.decision.tls.client_ca, or that of listeners.grpc",
            )
        policy = compile_policy(policy_id, section, known, here, directory=config.directory, read_secret=read)
        check_at_the_edge(section, policy, compiled, here)
        yield policy_id, policy


def _listeners(config: Config, spot: Spot, read: ReadSecret) -> Listeners:
    section = config.main.listeners
    addresses = {
        name: Address(
            host=(spot / name / "host").read(parse_listening_host, listener.host) or "",
            port=listener.port,
        )
        for name, listener in (
            ("decision", section.decision),
            ("keys", section.keys),
            ("admin", section.admin),
            ("grpc", section.grpc),
            ("edge", section.edge),
        )
        if listener is not None
    }
    for first, second in combinations(addresses, 2):
        if _collide(addresses[first], addresses[second]):
            (spot / second / "port").refuse(f"is also the port of {first}", "give each its own port")
    grpc_tls = None if section.grpc is None else section.grpc.tls
    edge_tls = None if section.edge is None else section.edge.tls
    return Listeners(
        **addresses,
        decision_tls=compile_tls(section.decision.tls, config.directory, spot / "decision" / "tls", read),
        grpc_tls=compile_tls(grpc_tls, config.directory, spot / "grpc" / "tls", read),
        edge_tls=compile_tls(edge_tls, config.directory, spot / "edge" / "tls", read),
        edge_trust=compile_edge_trust(section.edge, spot / "edge"),
        edge_settings=compile_edge_settings(section.edge, spot / "edge"),
    )


def _collide(first: Address, second: Address) -> bool:
    everywhere = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    same_host = first.host == second.host or not everywhere.isdisjoint({first.host, second.host})
    return same_host and first.port == second.port != 0


def _audit(config: Config, spot: Spot, read: ReadSecret) -> Audit:
    section = config.main.audit
    key = None
    if section.fingerprint_key is not None:
        key = _fingerprint_key(section.fingerprint_key, config.directory, spot / "fingerprint_key", read)
    per_s = seconds(section.repeated_refusals.per)
    if per_s == 0:
        (spot / "repeated_refusals" / "per").refuse("is no time at all", "write 10s, or more")
    return Audit(
        reveal=frozenset(section.reveal or ()),
        fingerprint_key=key,
        sample_allowed=section.sample_allowed,
        keep_refusals=section.repeated_refusals.keep,
        refusals_per_s=per_s,
        when_full=section.when_full,
    )


def _revocations(
    config: Config, issuer_ids: frozenset[str], fingerprint_key: bytes | None
) -> RevocationFile | None:
    section = config.main.revocations
    if section is None:
        return None
    return RevocationFile(
        path=str(config.directory / section.file),
        issuer_ids=issuer_ids,
        fingerprint=None if fingerprint_key is None else Fingerprints(fingerprint_key).token,
    )


def _fingerprint_key(text: str, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    key = secret_at(text, directory, spot, read)
    if key is not None and len(key) < MIN_FINGERPRINT_KEY:
        spot.refuse(f"is shorter than {MIN_FINGERPRINT_KEY} bytes", "make one with: openssl rand -hex 32")
    return key
