"""How does the listener for gRPC come into a process? Only where it is configured is it loaded."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import Address, World
from gateway.server.engine import Engine

if TYPE_CHECKING:
    from gateway.server.grpc.listener import GrpcListener

NEEDED: Final = ("grpc", "google.protobuf")


def check_installed(world: World, path: Path, *, has: Callable[[str], bool] | None = None) -> None:
    """See to it that a configured listener can be opened; `path` is of the main file. Raises: ConfigError."""
    if world.listeners.grpc is None or all(map(has or _is_there, NEEDED)):
        return
    problem = Problem(
        file=str(path),
        line=1,
        column=1,
        path="listeners.grpc",
        what="needs grpcio and protobuf, which are not installed",
        fix="pip install 'token-gateway[grpc]', or take the listener out",
    )
    raise ConfigError([problem])


async def open_grpc(
    engine: Engine,
    at: Address,
    *,
    port: int | None,
    on_malformed: Callable[[str], None],
    on_bug: Callable[[BaseException], None],
) -> "GrpcListener":
    """Listen for Envoy; on a `port` that is shared with other processes, where one is given.

    Raises: OSError where the address cannot be had.
    """
    from gateway.server.grpc.listener import listen  # noqa: PLC0415 - an extra: few have it, and it takes 13 MB
    from gateway.server.grpc.servicer import Servicer  # noqa: PLC0415

    servicer = Servicer(engine, on_malformed=on_malformed, on_bug=on_bug)
    return await listen(
        servicer, host=at.host, port=at.port if port is None else port, reuse_port=port is not None
    )


# --- private ---


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it
        return False
