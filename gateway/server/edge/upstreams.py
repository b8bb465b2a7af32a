"""Which server of an upstream takes the next request?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from gateway.server.edge.health import Check, Probe
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import Server, ServerPool
from gateway.telemetry.backend_tally import BackendTally
from gateway.tls.client import Trust, Trusted, trusted_of
from gateway.tls.server import HTTP_1

__all__ = ["Check", "Server", "Upstream", "UpstreamPool", "Upstreams"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Servers that are alike, and how much they bear. What is None is as `EdgeLimits` says for all."""

    servers: tuple[Server, ...]
    max_requests: int | None = None
    """Under way at once."""
    connect_s: float | None = None
    first_byte_s: float | None = None
    idle_s: float | None = None
    """Between two pieces of an answer."""
    check: Check | None = None
    """An active check beside the passive one: a server that refuses connections rests in any case."""

    def bounds(self, limits: EdgeLimits) -> EdgeLimits:
        """Give the limits that hold here."""
        return replace(
            limits,
            upstream_requests=_or(self.max_requests, limits.upstream_requests),
            connect_s=_or(self.connect_s, limits.connect_s),
            first_byte_s=_or(self.first_byte_s, limits.first_byte_s),
            upstream_idle_s=_or(self.idle_s, limits.upstream_idle_s),
        )


class UpstreamPool:
    """The servers of one upstream, as they are now."""

    __slots__ = ("_turn", "limits", "servers", "tally")

    def __init__(self, servers: tuple[ServerPool, ...], limits: EdgeLimits, tally: BackendTally) -> None:
        """`limits` are those of this upstream; `tally` is what has come of its requests, since the start."""
        self.servers = servers
        self.limits = limits
        self.tally = tally
        self._turn = 0

    @property
    def outstanding(self) -> int:
        """Requests under way."""
        servers = self.servers
        return servers[0].outstanding if len(servers) == 1 else sum([one.outstanding for one in servers])

    @property
    def full(self) -> bool:
        """Whether one more request would be one too many."""
        return self.outstanding >= self.limits.upstream_requests

    @property
    def cut_off(self) -> bool:
        """Whether some server would be well, and has failed too often."""
        return any(server.well and server.breaker.open for server in self.servers)

    def choose(self, tried: Collection[ServerPool] = ()) -> ServerPool | None:
        """Give the server with the fewest requests under way; of equals the next in turn.

        One that rests is asked only if all others rest or were tried: a refusal is then as good as ours. One
        that an active check found ill, or whose circuit is open, is never asked.
        """
        servers = self.servers
        if len(servers) == 1 and not tried:
            only, breaker = servers[0], servers[0].breaker
            return only if only.well and not (breaker.failures and breaker.open) else None
        self._turn += 1
        turn = self._turn % len(servers) if servers else 0
        able = [
            one
            for one in (*servers[turn:], *servers[:turn])
            if one not in tried and one.well and not one.breaker.open
        ]
        awake = [one for one in able if not one.resting]
        return min(awake or able, key=_outstanding, default=None)


class Upstreams:
    """Every upstream by its id. Lives longer than one configuration: `adopt` takes the next."""

    __slots__ = ("_limits", "_pools", "_probes", "_trusted", "tallies")

    def __init__(self, upstreams: Mapping[str, Upstream], limits: EdgeLimits) -> None:
        """Make pools that open nothing yet. To be made where the loop runs. Raises: UnfitCertificates."""
        self._limits = limits
        self._trusted: dict[Trust, Trusted] = {}
        self._pools: dict[str, UpstreamPool] = {}
        self._probes: list[Probe] = []
        self.tallies: Final[dict[str, BackendTally]] = {}
        """What has come of all requests, by upstream: of former ones as well."""
        self.adopt(upstreams)

    @property
    def pools(self) -> Mapping[str, UpstreamPool]:
        """Give those that there are now, by id."""
        return self._pools

    def __getitem__(self, upstream: str) -> UpstreamPool:
        return self._pools[upstream]

    def get(self, upstream: str) -> UpstreamPool | None:
        """Give the pool of an upstream, if that still is one."""
        return self._pools.get(upstream)

    def adopt(self, upstreams: Mapping[str, Upstream]) -> None:
        """Take other upstreams. Servers that stay keep their connections; no request that runs is dropped.

        A server stays if it is the same in everything: with certificates of other octets it is another one.
        Raises: UnfitCertificates; then all is as it was.
        """
        self._trusted = self._trusted_for(upstreams)
        known = {(name, pool.server): pool for name, of in self._pools.items() for pool in of.servers}

        def pool_of(name: str, server: Server, limits: EdgeLimits) -> ServerPool:
            pool = known.pop((name, server), None)
            if pool is None:
                trusted = None if server.trust is None else self._trusted[server.trust]
                return ServerPool(server, limits, trusted)
            pool.limits = limits
            return pool

        def upstream_pool_of(name: str, upstream: Upstream) -> UpstreamPool:
            limits = upstream.bounds(self._limits)
            tally = self.tallies.setdefault(name, BackendTally())
            return UpstreamPool(
                tuple([pool_of(name, one, limits) for one in upstream.servers]), limits, tally
            )

        self._pools = {name: upstream_pool_of(name, upstream) for name, upstream in upstreams.items()}
        for pool in known.values():
            pool.retire()
        self._check(upstreams)

    def close(self) -> None:
        """Close what is idle; each of the others after its request."""
        self.adopt({})

    def _trusted_for(self, upstreams: Mapping[str, Upstream]) -> dict[Trust, Trusted]:
        """Make what is new of what connections are made with: to read the system's authorities takes long."""
        trusts = {one.trust for upstream in upstreams.values() for one in upstream.servers if one.trust}
        return {trust: self._trusted.get(trust) or trusted_of(trust, HTTP_1) for trust in trusts}

    def _check(self, upstreams: Mapping[str, Upstream]) -> None:
        """Begin the checks anew. Whom nobody checks counts as well."""
        for probe in self._probes:
            probe.stop()
        self._probes = []
        for name, upstream in upstreams.items():
            for pool in self._pools[name].servers:
                if upstream.check is None:
                    pool.well = True
                else:
                    self._probes.append(Probe(pool, upstream.check))
        for probe in self._probes:
            probe.start()


# --- private ---


T = TypeVar("T")


def _or(said: T | None, otherwise: T) -> T:
    """What an upstream says, which may be 0."""
    return otherwise if said is None else said


def _outstanding(pool: ServerPool) -> int:
    return pool.outstanding
