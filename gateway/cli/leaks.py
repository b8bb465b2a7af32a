"""`gateway leaks`: find what leaked into logs and files, take it out of a stream, and follow it to its use.

What is found is named by type, place and keyed fingerprint, never by value.
"""

from gateway.cli import leaks_redact, leaks_scan, leaks_trace
from gateway.cli.output import Commands


def add(commands: Commands) -> None:
    """Declare the command and its actions, each a module of its own."""
    parser = commands.add_parser("leaks", help="find what leaked, and take it out", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    leaks_scan.add(actions)
    leaks_redact.add(actions)
    leaks_trace.add(actions)
