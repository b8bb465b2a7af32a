"""How does the edge come into a process, and what does it take over from a new configuration?"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from ssl import SSLContext
from typing import Final

from gateway.config.upstream import EdgeSettings, EdgeTrust
from gateway.config.world import EDGE, World
from gateway.core.headers import HeaderPairs
from gateway.dialects.edge import Entrance, HostTable
from gateway.dialects.forwarded import is_listed
from gateway.server.edge.always import Always
from gateway.server.edge.configured import upstreams_of
from gateway.server.edge.limits import CLIENT, EdgeLimits
from gateway.server.edge.listener import EdgeListener, listen
from gateway.server.edge.shares import Shares
from gateway.server.edge.upstreams import Upstreams
from gateway.server.edge_handler import EdgeHandler
from gateway.server.engine import Engine
from gateway.telemetry.metrics import Metrics
from gateway.tls.validity import Validity, validity_of


class AtEdge:
    """What an edge decides and passes on by: all of it that a configuration says. Opened by `open_edge`."""

    listener: EdgeListener

    def __init__(self, engine: Engine, world: World, limits: EdgeLimits) -> None:
        settings = _settings(world)
        self.limits: Final = limits
        self.handler: Final = EdgeHandler(engine, *_reading(world))
        self.upstreams: Final = Upstreams(upstreams_of(world.upstreams), limits)
        self.shares: Final = Shares(settings.requests_per_client)
        self.always: Final = Always(_always(settings))
        self.shown: Mapping[str, Validity] = _shown(world)
        """To servers, by upstream id: until when what they are shown is good."""

    def adopt(self, world: World) -> None:
        """Go by this configuration from the next request on."""
        settings = _settings(world)
        self.upstreams.adopt(upstreams_of(world.upstreams))  # first: all that could fail, and has been tried
        self.handler.adopt(*_reading(world))
        self.shares.most = settings.requests_per_client
        self.always.adopt(_always(settings))
        self.shown = _shown(world)

    def count(self, metrics: Metrics) -> None:
        """Say what has come of the requests that went on, and how the servers are."""
        pools = self.upstreams.pools
        metrics.backends(self.upstreams.tallies)
        metrics.backends_now(
            {name: pool.outstanding for name, pool in pools.items()},
            {name: Counter(server.state for server in pool.servers) for name, pool in pools.items()},
        )

    def close(self) -> None:
        """Let go of the servers, once the listener is drained."""
        self.upstreams.close()


async def open_edge(
    engine: Engine,
    world: World,
    *,
    port: int | None,
    clock: Callable[[], float],
    max_connections: int,
    on_malformed: Callable[[str], None],
    on_bug: Callable[[BaseException], None],
    ssl: SSLContext | None,
) -> AtEdge:
    """Listen for clients; on a `port` that is shared with other processes, where one is given.

    `clock` gives seconds since the epoch. Raises: OSError where the address cannot be had.
    """
    at, trust = world.listeners.deciding[EDGE], _trust(world)
    # All clients are strangers: each may have a connection, as long as there is one.
    client = replace(CLIENT, max_connections=max_connections, max_strangers=max_connections)
    edge = AtEdge(engine, world, EdgeLimits(client=client))
    listed = trust.trusted_proxies
    try:
        edge.listener = await listen(
            edge.handler,
            edge.upstreams,
            host=at.host,
            port=at.port if port is None else port,
            clock=clock,
            limits=edge.limits,
            on_malformed=on_malformed,
            on_bug=on_bug,
            ssl=ssl,
            reuse_port=port is not None,
            announced_by=(lambda peer: is_listed(peer, listed)) if trust.proxy_protocol else None,
            shares=edge.shares,
            always=edge.always,
        )
    except OSError:
        edge.close()
        raise
    return edge


# --- private ---


def _trust(world: World) -> EdgeTrust:
    return world.listeners.edge_trust or EdgeTrust()


def _settings(world: World) -> EdgeSettings:
    return world.listeners.edge_settings or EdgeSettings()


def _shown(world: World) -> Mapping[str, Validity]:
    pairs = {name: upstream.tls.trust.shows for name, upstream in world.upstreams.items()}
    found = {name: validity_of([pair.chain]) for name, pair in pairs.items() if pair is not None}
    return {name: validity for name, validity in found.items() if validity is not None}


def _always(settings: EdgeSettings) -> HeaderPairs:
    if settings.hsts_s is None:
        return ()
    return ((b"strict-transport-security", b"max-age=%d" % settings.hsts_s),)


def _reading(world: World) -> tuple[HostTable, Entrance]:
    policies = {policy.id: policy for policy in world.snapshot.policies.values() if policy.at_the_edge}
    trust, secured = _trust(world), world.listeners.edge_tls is not None
    entrance = Entrance(
        scheme="https" if secured else "http",
        trusted_proxies=trust.trusted_proxies,
        forwarded=trust.forwarded,
    )
    return HostTable(policies), entrance
