"""What is the secret that the file refers to?"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

MAX_SECRET_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class SecretFile:
    """The content of a file, without one line end at its end."""

    path: Path


@dataclass(frozen=True, slots=True)
class SecretVariable:
    """The value of an environment variable."""

    name: str


SecretReference = SecretFile | SecretVariable


class SecretUnavailable(Exception):
    """The secret is not there. Its text names the reason and never the secret."""


ReadSecret = Callable[[SecretReference], bytes]


def parse_reference(text: str, directory: Path) -> SecretReference:
    """Read `file:PATH`, relative to a directory, or `env:NAME`."""
    scheme, _, rest = text.partition(":")
    return SecretVariable(rest) if scheme == "env" else SecretFile(directory / rest)


def read_secret(reference: SecretReference) -> bytes:
    """Read a secret of at most 64 KiB. Raises: SecretUnavailable."""
    match reference:
        case SecretFile(path=path):
            return _read_file(path)
        case SecretVariable(name=name):
            return _read_variable(name)
        case _:
            assert_never(reference)


# --- private ---


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_SECRET_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise SecretUnavailable(f"the file cannot be read: {reason.lower()}") from None
    if len(content) > MAX_SECRET_BYTES:
        raise SecretUnavailable("the file is larger than 64 KiB")
    return content.removesuffix(b"\n").removesuffix(b"\r")


def _read_variable(name: str) -> bytes:
    value = os.environb.get(name.encode())
    if value is None:
        raise SecretUnavailable("the environment variable is not set")
    return value
