"""`gateway audit coverage`: every host and path, what protects it, and does the client's token reach the pod?

Exit codes: 0; 1 where a route is in a state that --fail-on names; 2 usage, or something could not be read,
which is told on stderr while the rest is shown.
"""

import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from typing import Final

from gateway.audit.coverage import Coverage, State, coverage_of
from gateway.audit.exposure import Reaches
from gateway.audit.normal import exposures_of
from gateway.audit.reports import coverage as reports
from gateway.cli.audit_estate import add_controller, add_live, given_of, read
from gateway.cli.audit_print import print_rich
from gateway.cli.output import EX_FINDINGS, EX_OK, EX_USAGE, Commands, complain, print_problem

REACHED: Final = "token"
"""The client's token reaches a pod behind a route that is protected, or may."""
FAIL_ON: Final = (State.OPEN.value, "cannot-tell", REACHED)


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "audit coverage",
        help="show what protects each host and path",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or a folder; - for stdin")
    add_controller(parser)
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="(default text)"
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        choices=FAIL_ON,
        default=[],
        help="exit with 1 where a route is open, cannot be told, or lets tokens through; repeatable",
    )
    add_live(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Show it."""
    if not arguments.paths and not arguments.live:
        return complain("name a file or a folder, or --live")
    estate = read(given_of(arguments, arguments.paths, is_live=arguments.live))
    coverage = coverage_of(exposures_of(estate))
    match arguments.format:
        case "json":
            print(reports.render_json(coverage), end="")
        case "markdown":
            print(reports.render_markdown(coverage), end="")
        case _:
            print_rich(reports.render(coverage), sys.stdout)
    for problem in estate.unread:
        print_problem(problem)
    if estate.unread:
        return EX_USAGE
    return EX_FINDINGS if any(_is_there(one, coverage) for one in arguments.fail_on) else EX_OK


# --- private ---


def _is_there(what: str, coverage: Coverage) -> bool:
    if what != REACHED:
        return coverage.count(State(what.replace("-", " "))) > 0
    return any(
        one.exposure.token.reaches is not Reaches.NO and one.state in {State.PROTECTED, State.CANNOT_TELL}
        for routes in coverage.hosts.values()
        for one in routes
    )
