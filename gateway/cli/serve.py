"""`gateway serve`: decide requests until told to stop."""

import os
from argparse import ArgumentTypeError, Namespace
from typing import Final

from gateway.app.serve import serve
from gateway.cli.output import Commands, add_config
from gateway.server.workers.count import default_count

MAX_WORKERS: Final = 256


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("serve", help="decide requests", description=__doc__)
    add_config(parser)
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes that decide (default: the processors that this container may use)",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Serve until SIGTERM or SIGINT, then drain."""
    return serve(arguments.config, arguments.workers or default_count(len(os.sched_getaffinity(0))))


# --- private ---


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_WORKERS:
        raise ArgumentTypeError(f"a number from 1 to {MAX_WORKERS}")
    return int(text)
