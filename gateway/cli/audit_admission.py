"""`gateway audit admission`: policies by which an API server refuses what ten of the rules object to.

Apply them with `kubectl apply -f -`. Each rule has a ValidatingAdmissionPolicy and a binding for the whole
cluster; they need Kubernetes 1.30 and run nothing. Begin with `--action Warn`.
"""

from argparse import Namespace, RawDescriptionHelpFormatter
from typing import get_args

from gateway.audit.admission.policies import POLICIES, Action, admission
from gateway.cli.output import EX_OK, Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "audit admission",
        help="print policies for an API server",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("id", nargs="*", metavar="ID", help=f"of these rules only: {', '.join(POLICIES)}")
    parser.add_argument(
        "--action", choices=get_args(Action), default="Deny", help="what is done with such an object"
    )
    parser.set_defaults(run=run, parser=parser)


def run(arguments: Namespace) -> int:
    """Print the policies of all rules, or of those that are named."""
    chosen = [one.upper() for one in arguments.id] or list(POLICIES)
    for one in chosen:
        if one not in POLICIES:
            arguments.parser.error(f"there is no policy for {one!r}; choose from {', '.join(POLICIES)}")
    print("---\n".join(admission(one, arguments.action) for one in chosen), end="")
    return EX_OK
