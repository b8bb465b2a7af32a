"""How does a command speak: to a person, and to a program?"""

import json
import os
import sys
from argparse import ArgumentParser, _ActionsContainer, _SubParsersAction
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from gateway.config.problem import ConfigError, Problem
from gateway.config.world import World
from gateway.core.policy import Policy
from gateway.redact.text import redact

EX_OK: Final = 0
EX_FINDINGS: Final = 1
EX_USAGE: Final = 2
EX_TEMPFAIL: Final = 75
EX_CONFIG: Final = 78
EX_INTERRUPTED: Final = 130

if TYPE_CHECKING:
    Commands = _SubParsersAction[ArgumentParser]
else:
    Commands = _SubParsersAction  # generic only for the type checker


def add_config(parser: _ActionsContainer, *, required: bool = True) -> None:
    """Add `-c FILE`, the same for every command that reads a configuration."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        required=required,
        metavar="FILE",
        help="the configuration (config/gateway.yaml shows the smallest useful one)",
    )


def add_api_server(parser: _ActionsContainer) -> None:
    """Add how the API server is reached, the same for every command that changes a Secret."""
    parser.add_argument("--server", metavar="URL", help="the API server; without it that of the pod this is")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the account's token, for --server")
    parser.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="who vouches for --server (the system's)"
    )


def add_policy(parser: ArgumentParser) -> None:
    """Add `--policy ID`, the same for every command that is about one of them."""
    parser.add_argument("--policy", metavar="ID", help="the policy's id; needed where the file has several")


def policy_of(world: World, policy_id: str | None) -> Policy:
    """Give the policy of this id, or the only one.

    Raises: ConfigError where it may be in an included file that was refused; ValueError otherwise.
    """
    policies = world.snapshot.policies
    if policy_id is None and len(policies) == 1:
        return next(iter(policies.values()))
    if policy_id is not None and policy_id in policies:
        return policies[policy_id]
    if world.refused:
        raise ConfigError(world.refused)
    raise ValueError(f"name one of the policies with --policy: {', '.join(sorted(policies))}")


def add_json(parser: ArgumentParser) -> None:
    """Add `--json`, the same for every command that reports."""
    parser.add_argument("--json", action="store_true", help="report as one JSON document")


def print_json(document: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(document, indent=2))


def print_problems(error: ConfigError, *, as_json: bool) -> None:
    """Print every problem of a configuration: on stderr for a person, on stdout for a program."""
    if as_json:
        print_json({"ok": False, "problems": [as_members(problem) for problem in error.problems]})
        return
    for problem in error.problems:
        print_problem(problem)
    print(f"{counted(len(error.problems), 'problem')}; nothing was started.", file=sys.stderr)


def print_problem(problem: Problem) -> None:
    """Print one on stderr, without a token that was given in the place of its file."""
    print(replace(problem, file=redact(problem.file)), file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """Count in words: `1 route`, `2 routes`, `2 policies`."""
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun}"


def standard_input() -> BinaryIO:
    """Give what is read where somebody has said `-`. Raises: ValueError where it is closed."""
    if sys.stdin is None:
        raise ValueError("standard input is closed")
    return sys.stdin.buffer


def say(text: str) -> None:
    """Say something on stderr to a person, without what looks like a secret in the name of a file.

    Where stderr is full nobody can be told, and the work goes on.
    """
    with suppress(OSError):
        print(f"gateway: {redact(text)}", file=sys.stderr, flush=True)


def complain(text: str) -> int:
    """Say on stderr what is wrong with the usage, and give the exit code for it."""
    say(text)
    return EX_USAGE


def forget_output() -> None:
    """Let go of what stdout did not take: it would be written at exit, and fail again."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def as_members(problem: Problem) -> dict[str, Any]:
    """Give a problem as a member of a JSON document, without a token in the place of its file."""
    members = {name: getattr(problem, name) for name in ("line", "column", "path", "what", "fix")}
    return {"file": redact(problem.file), **members}
