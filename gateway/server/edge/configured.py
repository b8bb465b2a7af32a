"""Which servers does the configuration name?

From what an operator has written (`gateway.config.upstream`) to what connections are made with. Two that say
the same are equal, so that a reload leaves the connections of what has stayed alone.
"""

from collections.abc import Mapping

from gateway.config import upstream as config
from gateway.server.edge.health import Check
from gateway.server.edge.server_pool import Server
from gateway.server.edge.upstreams import Upstream
from gateway.tls.client import Trust


def upstreams_of(upstreams: Mapping[str, config.Upstream]) -> dict[str, Upstream]:
    """Give what `Upstreams` takes, by the same ids."""
    return {name: _upstream(upstream) for name, upstream in upstreams.items()}


# --- private ---


def _upstream(said: config.Upstream) -> Upstream:
    return Upstream(
        servers=tuple([_server(server, said.tls.trust) for server in said.servers]),
        max_requests=said.max_requests,
        connect_s=said.connect_timeout_s,
        first_byte_s=said.first_byte_timeout_s,
        idle_s=said.idle_timeout_s,
        check=None if said.health is None else Check(path=said.health.path, every_s=said.health.every_s),
    )


def _server(said: config.UpstreamServer, trust: Trust) -> Server:
    return Server(host=said.host, port=said.port, trust=trust if said.scheme == "https" else None)
