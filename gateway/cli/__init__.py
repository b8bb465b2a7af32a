"""Which commands are there? One file each; no logic beyond arguments and printing.

Exit codes: 0 fine, 1 findings, 2 usage, 75 what may go well a minute later, 78 configuration (EX_TEMPFAIL and
EX_CONFIG of sysexits.h), 130 where somebody has pressed Ctrl-C, as shells have it.
"""

import argparse
import errno
import io
import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Final, NoReturn, Protocol

from gateway import __version__
from gateway.cli.output import (
    EX_CONFIG,
    EX_INTERRUPTED,
    EX_OK,
    EX_TEMPFAIL,
    Commands,
    complain,
    forget_output,
    print_problems,
)
from gateway.config.problem import ConfigError
from gateway.redact.text import redact

COMMANDS: Final = (
    *("init", "serve", "check", "explain", "token", "keys", "certificates", "snippet", "leaks"),
    *("dev", "audit", "audit coverage", "audit diff", "audit rules", "audit admission"),
)
"""Each is a module of this package, one of two words too. Only the one that is run is imported: `serve` keeps
what it imports."""


class Command(Protocol):
    """What every command's module offers."""

    def add(self, commands: Commands) -> None:
        """Declare the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    _make_printable()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return EX_INTERRUPTED


# --- private ---

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _make_printable() -> None:
    """Whatever stands in a name can be shown, and no message is taken for output where stderr is closed.

    `print` to a stream that is None prints on stdout, and the next file that is opened would be stderr.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - until the end


def _run(arguments: Sequence[str] | None) -> int:
    parser: argparse.ArgumentParser = _Parser(
        prog="gateway", description="The authenticating gateway for API tokens at the Kubernetes Ingress."
    )
    parser.add_argument("--version", action="version", version=f"token-gateway {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    arguments = _joined(sys.argv[1:] if arguments is None else arguments)
    for command in _commands(arguments):
        command.add(commands)
    chosen = parser.parse_args(arguments)
    code = EX_OK
    try:
        code = _code_of(chosen)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # `gateway explain ... | head`
        forget_output()
    except OSError as error:
        if error.errno not in _FULL:
            raise
        forget_output()
        return complain(f"not all could be written: {(error.strerror or '').lower()}")
    return code


def _code_of(chosen: argparse.Namespace) -> int:
    try:
        return int(chosen.run(chosen))
    except ConfigError as error:
        print_problems(error, as_json=getattr(chosen, "json", False))
        return EX_TEMPFAIL if error.passes else EX_CONFIG


def _joined(arguments: Sequence[str]) -> list[str]:
    """Make one word of a command's two: what else stands behind the first may be a path of that name."""
    both = " ".join(arguments[:2])
    return [both, *arguments[2:]] if len(arguments) > 1 and both in COMMANDS else list(arguments)


def _commands(arguments: Sequence[str]) -> Iterator[Command]:
    """The command that is named first; all of them, where none is."""
    named = [name for name in COMMANDS if name == next(iter(arguments), None)]
    for name in named or COMMANDS:
        yield import_module(f"gateway.cli.{name.replace(' ', '_')}")


class _Parser(argparse.ArgumentParser):
    """Repeats no token that somebody has put where none belongs."""

    def error(self, message: str) -> NoReturn:
        super().error(redact(message))
