"""How does a command speak: to a person, and to a program?"""

import json
import sys
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.config.problem import ConfigError

EX_OK: Final = 0
EX_FINDINGS: Final = 1
EX_USAGE: Final = 2
EX_CONFIG: Final = 78

if TYPE_CHECKING:
    Commands = _SubParsersAction[ArgumentParser]
else:
    Commands = _SubParsersAction  # generic only for the type checker


def add_config(parser: ArgumentParser) -> None:
    """Add `-c FILE`, the same for every command that reads a configuration."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        required=True,
        metavar="FILE",
        help="the configuration (config/gateway.yaml shows the smallest useful one)",
    )


def add_json(parser: ArgumentParser) -> None:
    """Add `--json`, the same for every command that reports."""
    parser.add_argument("--json", action="store_true", help="report as one JSON document")


def print_json(document: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(document, indent=2))


def print_problems(error: ConfigError, *, as_json: bool) -> None:
    """Print every problem of a configuration: on stderr for a person, on stdout for a program."""
    if as_json:
        print_json({"ok": False, "problems": [_as_members(problem) for problem in error.problems]})
        return
    for problem in error.problems:
        print(problem, file=sys.stderr)
    print(f"{len(error.problems)} problem(s); nothing was started.", file=sys.stderr)


def complain(text: str) -> int:
    """Say on stderr what is wrong with the usage, and give the exit code for it."""
    print(f"gateway: {text}", file=sys.stderr)
    return EX_USAGE


# --- private ---


def _as_members(problem: Any) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("file", "line", "column", "path", "what", "fix")}
