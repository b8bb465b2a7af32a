"""How does the edge come into a process, and what does it take over from a new configuration?"""

from collections.abc import Callable
from dataclasses import replace
from ssl import SSLContext

from gateway.config import upstream as config
from gateway.config.world import EDGE, World
from gateway.dialects.edge import Entrance, HostTable
from gateway.server.edge.limits import CLIENT, EdgeLimits
from gateway.server.edge.listener import EdgeListener, listen
from gateway.server.edge.upstreams import Check, Server, Upstream, Upstreams
from gateway.server.edge_handler import EdgeHandler
from gateway.server.engine import Engine
from gateway.tls.client import Trust, Trusted, trusted_of
from gateway.tls.pair import Pair
from gateway.tls.server import HTTP_1


class AtEdge:
    """An edge that is open. Made by `open_edge`."""

    def __init__(self, listener: EdgeListener, handler: EdgeHandler, upstreams: Upstreams) -> None:
        self.listener = listener
        self._handler = handler
        self._upstreams = upstreams

    def adopt(self, world: World) -> None:
        """Read by this configuration, and send to its upstreams, from the next request on."""
        self._handler.adopt(*_reading(world))
        self._upstreams.adopt(upstreams_of(world))

    def close(self) -> None:
        """Let go of the servers, once the listener is drained."""
        self._upstreams.close()


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
    at, limits = (
        world.listeners.deciding[EDGE],
        EdgeLimits(client=replace(CLIENT, max_connections=max_connections)),
    )
    handler, upstreams = EdgeHandler(engine, *_reading(world)), Upstreams(upstreams_of(world), limits)
    try:
        listener = await listen(
            handler,
            upstreams,
            host=at.host,
            port=at.port if port is None else port,
            clock=clock,
            limits=limits,
            on_malformed=on_malformed,
            on_bug=on_bug,
            ssl=ssl,
            reuse_port=port is not None,
        )
    except OSError:
        upstreams.close()
        raise
    return AtEdge(listener, handler, upstreams)


def upstreams_of(world: World) -> dict[str, Upstream]:
    """Make what the proxy's core knows of the configured upstreams, by id."""
    return {upstream_id: _upstream(upstream) for upstream_id, upstream in world.upstreams.items()}


# --- private ---


def _reading(world: World) -> tuple[HostTable, Entrance]:
    policies = {policy.id: policy for policy in world.snapshot.policies.values() if policy.at_the_edge}
    trust, secured = world.listeners.edge_trust, world.listeners.edge_tls is not None
    entrance = Entrance(scheme="https" if secured else "http")
    if trust is not None:
        entrance = Entrance(
            scheme=entrance.scheme, trusted_proxies=trust.trusted_proxies, forwarded=trust.forwarded
        )
    return HostTable(policies), entrance


def _upstream(upstream: config.Upstream) -> Upstream:
    host = upstream.servers[0].host
    health = upstream.health
    return Upstream(
        servers=tuple(_server(server, upstream.tls) for server in upstream.servers),
        max_requests=upstream.max_requests,
        check=None if health is None else Check(path=health.path, host=host, every_s=health.every_s),
    )


def _server(server: config.UpstreamServer, tls: config.UpstreamTls) -> Server:
    if server.scheme == "http":
        return Server(host=server.host, port=server.port)
    return Server(host=server.host, port=server.port, ssl=_trusted(tls).context)


def _trusted(tls: config.UpstreamTls) -> Trusted:
    shows = None
    if tls.certificate is not None and tls.key is not None:
        shows = Pair(chain=tls.certificate, key=tls.key)
    return trusted_of(Trust(authority=tls.ca, shows=shows, names=frozenset(tls.names)), HTTP_1)
