"""`gateway leaks redact`: pass a stream on, without its secrets."""

from argparse import Namespace

from gateway.cli.output import EX_OK, Commands


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("redact", help="take secrets out of stdin or files", description=__doc__)
    parser.set_defaults(run=run)


def run(_: Namespace) -> int:
    """Redact."""
    return EX_OK
