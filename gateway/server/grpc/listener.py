"""How do calls from the network reach the servicer, and how does that stop?"""

import ssl as tls
from collections.abc import Callable

from gateway.server.grpc.protocol import GrpcProtocol
from gateway.server.grpc.servicer import Servicer
from gateway.server.http1.connections import Connections
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen_for


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

    return await listen_for(
        connection, connections, host=host, port=port, limits=limits, ssl=ssl, reuse_port=reuse_port
    )
