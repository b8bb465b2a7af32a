"""`gateway audit`: where is the door open, and does the client's token reach the pod?

Reads Kubernetes manifests, and the files of NGINX, HAProxy, Traefik, Caddy and Envoy: files, folders, or -
for what another program writes; or, with --live, a cluster. It changes nothing.

Exit codes: 0 nothing at or above --fail-on; 1 there is; 2 usage, or something could not be read. What could
be read is reported all the same, and it is 2 even with findings: what nobody has looked at may be worse.
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Final, get_args

from gateway.audit.rule import Severity
from gateway.cli.audit_estate import add_controller, add_live, given_of
from gateway.cli.audit_run import Format, Request, audit
from gateway.cli.output import Commands, add_config, complain

NEVER: Final = "never"


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "audit",
        help="find the open doors of an Ingress or a proxy",
        description=__doc__,
        epilog="`gateway audit rules` tells what it looks for, `gateway audit admission` prints policies\n"
        "for an API server. A file or a folder of such a name is given as ./rules.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or a folder; - for stdin")
    _add_what(parser)
    _add_how(parser)
    add_live(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Report what was found."""
    if not arguments.paths and not arguments.live:
        return complain("name a file or a folder, or --live")
    fail_on = None if arguments.fail_on == NEVER else Severity(arguments.fail_on)
    return audit(
        Request(
            given=given_of(arguments, arguments.paths, is_live=arguments.live),
            config=arguments.config,
            asked=tuple(arguments.rule),
            skipped=tuple(arguments.skip),
            format=arguments.format,
            output=arguments.output,
            baseline=arguments.baseline,
            write_baseline=arguments.write_baseline,
            fail_on=fail_on,
        )
    )


# --- private ---


def _add_what(parser: ArgumentParser) -> None:
    what = parser.add_argument_group("what is audited")
    add_controller(what)
    what.add_argument(
        "--whole", action="store_true", help="all there is was given: what is not there is missing"
    )
    what.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="ask this rule only; repeatable"
    )
    what.add_argument(
        "--skip", action="append", default=[], metavar="ID", help="leave this rule out; repeatable"
    )
    add_config(what, required=False)


def _add_how(parser: ArgumentParser) -> None:
    how = parser.add_argument_group("how it is reported")
    how.add_argument("--format", metavar="NAME", choices=get_args(Format), default="text", help="%(choices)s")
    how.add_argument("--output", type=Path, metavar="FILE", help="write the report there")
    how.add_argument(
        "--fail-on",
        choices=[*(one.value for one in Severity), NEVER],
        default=Severity.HIGH.value,
        help="exit with 1 from this severity on (default high)",
    )
    known = how.add_mutually_exclusive_group()
    known.add_argument("--baseline", type=Path, metavar="FILE", help="what was known before does not count")
    known.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="keep what is found as the baseline, and exit with 0",
    )
