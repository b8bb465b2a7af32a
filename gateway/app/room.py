"""How many connections may each listener have, of the files that may be open?

Every connection is one, and at the edge a request that is under way has another, to a server. Where the
operating system allows fewer than all could have, each gets less in proportion, and the operator a word. The
decision listener, where no policy lists anybody who may ask, gets what the others leave.
"""

from collections.abc import Mapping
from typing import Final

from gateway.config.upstream import EdgeSettings
from gateway.config.world import DECISION, EDGE, GRPC, World
from gateway.server import descriptors
from gateway.server.edge.limits import EdgeLimits
from gateway.server.http1.limits import Limits
from gateway.telemetry.log import Log

MAX_GRPC: Final = 1024
"""Each thread of an Envoy has one."""
_LIMITS: Final = Limits()


def room_for(world: World, log: Log) -> Mapping[str, int]:
    """Give how many connections there may be, by listener; raise the limit of open files for them."""
    wanted, beside = _wanted(world), _to_servers(world)
    total = sum(wanted.values())
    most = total - wanted[DECISION] + _LIMITS.max_connections
    files = descriptors.raise_limit(most + beside + descriptors.RESERVED) - beside
    fitting = descriptors.connections_within(files, total)
    if fitting < total:
        log.warning("few_descriptors", count=fitting, why="the hard limit of open files (ulimit -Hn) is low")
        wanted = {name: max(1, count * fitting // total) for name, count in wanted.items()}
    spare = descriptors.connections_within(files, most) - sum(wanted.values())
    return {**wanted, DECISION: min(_LIMITS.max_connections, wanted[DECISION] + max(0, spare))}


# --- private ---


def _wanted(world: World) -> dict[str, int]:
    asked = any(policy.peer_networks for policy in world.snapshot.policies.values())
    wanted = {
        DECISION: _LIMITS.max_connections if asked else _LIMITS.max_strangers,
        GRPC: MAX_GRPC,
        EDGE: (world.listeners.edge_settings or EdgeSettings()).max_connections,
    }
    return {name: wanted[name] for name in world.listeners.deciding}


def _to_servers(world: World) -> int:
    """Under way at once, and kept for the next request."""
    idle = EdgeLimits().idle_connections
    return sum(one.max_requests + idle * len(one.servers) for one in world.upstreams.values())
