"""What may a configuration say that no process of this version does?

The edge: its files can be written, checked and explained, and its proxy core stands in `gateway.server.edge`,
but no listener is opened for it yet. A gateway that began without one would look as if it were there.
"""

from pathlib import Path

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import World


def check_served(world: World, path: Path) -> None:
    """Check that every listener is one that is opened; `path` is of the main file. Raises: ConfigError."""
    if world.listeners.edge is None:
        return
    problem = Problem(
        file=str(path),
        line=1,
        column=1,
        path="listeners.edge",
        what="is not served by this version, which only checks and explains it",
        fix="take the listener and the upstreams out, and put a proxy in front (gateway snippet)",
    )
    raise ConfigError([problem])
