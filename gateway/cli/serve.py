"""`gateway serve`: decide requests until told to stop."""

from argparse import Namespace

from gateway.app.serve import serve
from gateway.cli.output import Commands, add_config


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("serve", help="decide requests", description=__doc__)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Serve until SIGTERM or SIGINT, then drain."""
    return serve(arguments.config)
