"""`gateway audit diff BASE HEAD`: what a change does to the door.

Compares routes by the requests that they share: an Ingress that becomes an HTTPRoute is the same door. With
--live the cluster is HEAD.

Exit codes: 0 nothing at or above --fail-on; 1 there is; 2 usage, or something could not be read, which is
told while the rest is compared.
"""

from argparse import Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import get_args

from gateway.audit.check import Checked
from gateway.audit.diff import diff
from gateway.audit.estate.estate import Estate
from gateway.audit.judgement import judge
from gateway.audit.normal import exposures_of
from gateway.audit.rule import Severity
from gateway.cli.audit_estate import add_controller, add_live, given_of, read
from gateway.cli.audit_run import Format, exit_code, write
from gateway.cli.output import Commands, complain

NEVER = "never"


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "audit diff",
        help="show what a change does to the door",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("base", metavar="BASE", help="a file or a folder as it was; - for stdin")
    parser.add_argument("head", nargs="?", metavar="HEAD", help="the same as it will be")
    add_controller(parser)
    parser.add_argument("--format", choices=get_args(Format), default="text", help="(default text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument(
        "--fail-on",
        choices=[*(one.value for one in Severity), NEVER],
        default=Severity.HIGH.value,
        help="exit with 1 from this severity on (default high)",
    )
    add_live(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Report what changed."""
    if arguments.head is None and not arguments.live:
        return complain("name HEAD as well, or --live")
    if arguments.live and arguments.head is not None:
        return complain("with --live the cluster is HEAD: name BASE alone")
    base = read(given_of(arguments, [arguments.base]))
    paths = [] if arguments.live else [arguments.head]
    head = read(given_of(arguments, paths, is_live=arguments.live))
    exposures = exposures_of(head)
    both = Estate(
        objects=head.objects,
        files=head.files,
        unread=tuple(dict.fromkeys((*base.unread, *head.unread))),
        is_whole=head.is_whole,
        unlisted=head.unlisted,
        controller=head.controller,
    )
    checked = Checked(both, exposures, diff(exposures_of(base), exposures))
    fail_on = None if arguments.fail_on == NEVER else Severity(arguments.fail_on)
    judgement = judge(checked, fail_on=fail_on)
    code = exit_code(judgement)
    write(arguments.format, arguments.output, judgement, code)
    return code
