"""`gateway dev`: everything on loopback, to be tried in a minute. Development only."""

import asyncio
from argparse import Namespace

from gateway.app.parts import CLOCK
from gateway.app.serve import running
from gateway.cli.output import EX_FINDINGS, Commands, say
from gateway.dev.nginx import NginxMissing
from gateway.dev.run import run as run_everything


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("dev", help="try it on loopback", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="where requests come in (default 8080)")
    parser.add_argument("--edge", action="store_true", help="the gateway stands in front itself: no nginx")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Run until Ctrl-C; exit 1 where something cannot start."""
    try:
        return asyncio.run(run_everything(arguments.port, running, CLOCK, edge=arguments.edge))
    except (NginxMissing, RuntimeError, OSError) as error:
        say(str(error))
        return EX_FINDINGS
