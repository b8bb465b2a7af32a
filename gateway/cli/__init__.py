"""Which commands are there? One file each; no logic beyond arguments and printing.

Exit codes: 0 fine, 1 findings, 2 usage, 78 configuration (EX_CONFIG of sysexits.h).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from gateway import __version__
from gateway.cli import check, dev, explain, keys, serve, snippet, token
from gateway.cli.output import EX_CONFIG, print_problems
from gateway.config.problem import ConfigError
from gateway.redact.text import redact

_COMMANDS: Final = (serve, check, explain, token, keys, snippet, dev)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    parser = _Parser(
        prog="gateway", description="The authenticating gateway for API tokens at the Kubernetes Ingress."
    )
    parser.add_argument("--version", action="version", version=f"token-gateway {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ConfigError as error:
        print_problems(error, as_json=getattr(chosen, "json", False))
        return EX_CONFIG
    except BrokenPipeError:  # `gateway explain ... | head`
        # What is still buffered would be written at exit, and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


# --- private ---


class _Parser(argparse.ArgumentParser):
    """Repeats no token that somebody has put where none belongs."""

    def error(self, message: str) -> NoReturn:
        super().error(redact(message))
