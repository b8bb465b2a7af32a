"""How do calls from the network reach the servicer, and how does that stop?"""

from typing import Any, Final

import grpc
from grpc import aio

from gateway.server.grpc.servicer import Servicer

SERVICE: Final = "envoy.service.auth.v3.Authorization"
MAX_MESSAGE: Final = 256 * 1024
"""Envoy sends no body; 60 KiB of headers are its own limit."""
MAX_STREAMS: Final = 1024
MAX_METADATA: Final = 16 * 1024


class GrpcListener:
    """One listening address. Made by `listen`."""

    def __init__(self, server: aio.Server, servicer: Servicer, port: int) -> None:
        self._server = server
        self._servicer = servicer
        self.port: Final = port
        """Where it listens."""

    def pause(self) -> None:
        """Decide nothing more; connections stay, and calls wait."""
        self._servicer.pause()

    def resume(self) -> None:
        """Decide again."""
        self._servicer.resume()

    async def drain(self, timeout_s: float) -> None:
        """Accept no more, finish what was asked, and be closed after `timeout_s` at the latest."""
        await self._server.stop(timeout_s)


async def listen(servicer: Servicer, *, host: str, port: int, reuse_port: bool = False) -> GrpcListener:
    """Listen on `host` and `port` (0: any). Raises: OSError where the address cannot be had."""
    server = aio.server(
        options=[
            ("grpc.so_reuseport", int(reuse_port)),  # on by default: two gateways would share a port unseen
            ("grpc.max_receive_message_length", MAX_MESSAGE),
            ("grpc.max_concurrent_streams", MAX_STREAMS),
            ("grpc.max_metadata_size", MAX_METADATA),
        ]
    )
    methods = {"Check": grpc.unary_unary_rpc_method_handler(servicer.check)}
    server.add_generic_rpc_handlers([_handlers(methods)])
    try:
        bound = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except RuntimeError:
        bound = 0
    if bound == 0:
        raise OSError(0, f"gRPC cannot listen on {host} port {port}")
    await server.start()
    return GrpcListener(server, servicer, bound)


# --- private ---


def _handlers(methods: dict[str, Any]) -> Any:
    return grpc.method_handlers_generic_handler(SERVICE, methods)
