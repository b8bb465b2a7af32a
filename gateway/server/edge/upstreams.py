"""Which server of an upstream takes the next request?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.server.edge.health import Check, Probe
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import Server, ServerPool

__all__ = ["Check", "Server", "Upstream", "UpstreamPool", "Upstreams"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Servers that are alike, and how much they bear."""

    servers: tuple[Server, ...]
    max_requests: int | None = None
    """Under way at once; None: `EdgeLimits.upstream_requests`."""
    check: Check | None = None
    """An active check beside the passive one: a server that refuses connections rests in any case."""


class UpstreamPool:
    """The servers of one upstream, as they are now."""

    __slots__ = ("_limits", "_most", "_turn", "servers")

    def __init__(self, upstream: Upstream, servers: tuple[ServerPool, ...], limits: EdgeLimits) -> None:
        self.servers = servers
        self._limits = limits
        self._most = limits.upstream_requests if upstream.max_requests is None else upstream.max_requests
        self._turn = 0

    @property
    def full(self) -> bool:
        """Whether one more request would be one too many."""
        return sum([server.outstanding for server in self.servers]) >= self._most

    def choose(self, tried: Collection[ServerPool] = ()) -> ServerPool | None:
        """Give the server with the fewest requests under way; of equals the next in turn.

        One that rests is asked only if all others rest or were tried: a refusal is then as good as ours. One
        that an active check found ill is never asked.
        """
        servers = self.servers
        if len(servers) == 1 and not tried:
            return servers[0] if servers[0].well else None
        self._turn += 1
        turn = self._turn % len(servers) if servers else 0
        able = [one for one in (*servers[turn:], *servers[:turn]) if one.well and one not in tried]
        awake = [one for one in able if not one.resting]
        return min(awake or able, key=_outstanding, default=None)


class Upstreams:
    """Every upstream by its id. Lives longer than one configuration: `adopt` takes the next."""

    __slots__ = ("_limits", "_pools", "_probes")

    def __init__(self, upstreams: Mapping[str, Upstream], limits: EdgeLimits) -> None:
        """Make pools that open nothing yet. To be made where the loop runs."""
        self._limits = limits
        self._pools: dict[str, UpstreamPool] = {}
        self._probes: list[Probe] = []
        self.adopt(upstreams)

    def __getitem__(self, upstream: str) -> UpstreamPool:
        return self._pools[upstream]

    def get(self, upstream: str) -> UpstreamPool | None:
        """Give the pool of an upstream, if that still is one."""
        return self._pools.get(upstream)

    def adopt(self, upstreams: Mapping[str, Upstream]) -> None:
        """Take other upstreams. Servers that stay keep their connections; no request that runs is dropped."""
        known = {(name, pool.server): pool for name, of in self._pools.items() for pool in of.servers}

        def pool_of(name: str, server: Server) -> ServerPool:
            if (name, server) in known:
                return known.pop((name, server))
            return ServerPool(server, self._limits)

        self._pools = {
            name: UpstreamPool(
                upstream, tuple([pool_of(name, server) for server in upstream.servers]), self._limits
            )
            for name, upstream in upstreams.items()
        }
        for pool in known.values():
            pool.retire()
        self._check(upstreams)

    def close(self) -> None:
        """Close what is idle; each of the others after its request."""
        self.adopt({})

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


def _outstanding(pool: ServerPool) -> int:
    return pool.outstanding
