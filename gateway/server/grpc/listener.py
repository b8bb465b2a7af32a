"""How do calls from the network reach the servicer, and how does that stop?"""

import asyncio
import ssl as tls
from collections.abc import Callable

from gateway.server.grpc.protocol import GrpcProtocol
from gateway.server.grpc.servicer import Servicer
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener


async def listen(  # noqa: PLR0913 - an address and its rules: each is named at the call
    servicer: Servicer,
    *,
    host: str,
    port: int,
    limits: Limits,
    knows: Callable[[str], bool],
    on_malformed: Callable[[str], None],
    on_bug: Callable[[BaseException], None],
    ssl: tls.SSLContext | None = None,
    reuse_port: bool = False,
) -> Listener:
    """Listen on `host` and `port` (0: any) for calls; as `gateway.server.listener.listen` for requests.

    Raises: OSError if the address cannot be had.
    """
    connections = Connections(limits, knows)

    def connection() -> GrpcProtocol:
        return GrpcProtocol(
            servicer, limits=limits, connections=connections, on_malformed=on_malformed, on_bug=on_bug
        )

    server = await asyncio.get_running_loop().create_server(
        connection,
        host,
        port,
        ssl=ssl,
        backlog=limits.backlog,
        reuse_port=reuse_port or None,
        ssl_handshake_timeout=limits.head_timeout_s if ssl else None,
        ssl_shutdown_timeout=limits.linger_s if ssl else None,
    )
    return Listener(server, connections)
