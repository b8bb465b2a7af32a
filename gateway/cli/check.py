"""`gateway check`: is this configuration whole, and what does it open?"""

from argparse import Namespace
from typing import Any

from gateway.app.parts import CLOCK
from gateway.cli.output import EX_OK, Commands, add_config, add_json, counted, print_json
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.revocations import RevocationList
from gateway.config.world import World
from gateway.core.policy import Policy
from gateway.server.deny_list import read_deny_list


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("check", help="check a configuration", description=__doc__)
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print what was found; exit 78 with every problem at once where it does not compile."""
    world = load_world(arguments.config)
    if world.refused:  # `serve` would go on without these files; a check says so
        raise ConfigError(world.refused)
    listed = _deny_list(world)
    if arguments.json:
        print_json(_as_members(world, listed))
    else:
        _print(world, listed)
    return EX_OK


# --- private ---


def _deny_list(world: World) -> RevocationList | None:
    return None if world.revocations is None else read_deny_list(world.revocations, now=int(CLOCK()))


def _print(world: World, listed: RevocationList | None) -> None:
    for policy in world.snapshot.policies.values():
        hosts = ", ".join(pattern.name for pattern in policy.hosts)
        print(f"policy {policy.id}: {hosts}")
        for route in policy.routes.routes:
            print(f"  {route.access.value:6} {route.id}: {' '.join(sorted(route.methods))}")
            print("         " + " ".join(route.paths))
    for warning in world.warnings:
        print(f"warning: {warning}")
    if listed is not None:
        ended = "its" if listed.ended == 1 else "their"
        print(
            f"deny list: {counted(listed.revocations.count, 'entry')}, {listed.ended} more past {ended} end"
        )
    routes = sum(len(policy.routes.routes) for policy in world.snapshot.policies.values())
    counts = (
        counted(len(world.snapshot.issuers), "issuer"),
        counted(len(world.snapshot.policies), "policy"),
        counted(routes, "route"),
    )
    print(f"ok: {', '.join(counts)}, generation {world.snapshot.generation}")


def _as_members(world: World, listed: RevocationList | None) -> dict[str, Any]:
    return {
        "ok": True,
        "generation": world.snapshot.generation,
        "issuers": sorted(issuer.id for issuer in world.snapshot.issuers.values()),
        "policies": {policy.id: _routes(policy) for policy in world.snapshot.policies.values()},
        "warnings": list(world.warnings),
        "revocations": None
        if listed is None
        else {"entries": listed.revocations.count, "ended": listed.ended},
    }


def _routes(policy: Policy) -> dict[str, Any]:
    return {
        route.id: {
            "access": route.access.value,
            "methods": sorted(route.methods),
            "paths": list(route.paths),
        }
        for route in policy.routes.routes
    }
