"""How does the listener for gRPC come into a process? Only where it is configured is it loaded."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from ssl import SSLContext
from typing import Final

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import Address, World
from gateway.server.engine import Engine
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener

NEEDED: Final = ("h2", "google.protobuf")


def check_installed(world: World, path: Path, *, has: Callable[[str], bool] | None = None) -> None:
    """See to it that a configured listener can be opened; `path` is of the main file. Raises: ConfigError."""
    if world.listeners.grpc is None or all(map(has or _is_there, NEEDED)):
        return
    problem = Problem(
        file=str(path),
        line=1,
        column=1,
        path="listeners.grpc",
        what="needs h2 and protobuf, which are not installed",
        fix="pip install 'token-gateway[grpc]', or take the listener out",
    )
    raise ConfigError([problem])


async def open_grpc(
    engine: Engine,
    at: Address,
    *,
    port: int | None,
    limits: Limits,
    knows: Callable[[str], bool],
    on_malformed: Callable[[str], None],
    on_bug: Callable[[BaseException], None],
    ssl: SSLContext | None,
) -> Listener:
    """Listen for Envoy; on a `port` that is shared with other processes, where one is given.

    Raises: OSError where the address cannot be had.
    """
    from gateway.server.grpc.listener import listen  # noqa: PLC0415 - an extra: few have it
    from gateway.server.grpc.servicer import Servicer  # noqa: PLC0415

    servicer = Servicer(engine, on_malformed=on_malformed, on_bug=on_bug)
    return await listen(
        servicer,
        host=at.host,
        port=at.port if port is None else port,
        limits=limits,
        knows=knows,
        on_malformed=on_malformed,
        on_bug=on_bug,
        ssl=ssl,
        reuse_port=port is not None,
    )


# --- private ---


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it
        return False
