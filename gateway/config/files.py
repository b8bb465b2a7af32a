"""What does the configuration ask the disk?

Three questions, behind one protocol: so that what was read can be written down and read again elsewhere
(`gateway.config.readings`).
"""

import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Final, Protocol

from gateway.config.problem import Unfit
from gateway.config.secret import SecretReference, read_secret
from gateway.config.source import read_file


class Files(Protocol):
    """Where a configuration is read from."""

    def read(self, path: FilePath) -> bytes:
        """Give the content of one file, at most 1 MiB. Raises: NotYaml."""

    def names(self, target: FilePath) -> Mapping[str, FilePath]:
        """Give the file, or the .yaml and .yml files of the folder, by real path. Raises: Unfit."""

    def secret(self, reference: SecretReference) -> bytes:
        """Give the secret. Raises: SecretUnavailable."""


class Disk:
    """What is there now. Blocks."""

    def read(self, path: FilePath) -> bytes:
        """Read one file. Raises: NotYaml."""
        return read_file(path)

    def names(self, target: FilePath) -> Mapping[str, FilePath]:
        """List the file or folder. Raises: Unfit.

        Hidden files are how Kubernetes swaps a mounted ConfigMap: they are left out.
        """
        try:
            if not target.exists():
                raise Unfit("there is no such file or folder", "write a path relative to this file")
            names = sorted(target.iterdir()) if target.is_dir() else [target]
            found = [name for name in names if name == target or _is_policy_file(name)]
        except OSError as error:
            reason = (error.strerror or "input/output error").lower()
            raise Unfit(f"cannot be read: {reason}", "check the path and its permissions") from None
        return {os.path.realpath(name): name for name in found}

    def secret(self, reference: SecretReference) -> bytes:
        """Read a secret. Raises: SecretUnavailable."""
        return read_secret(reference)


DISK: Final = Disk()


# --- private ---


def _is_policy_file(path: FilePath) -> bool:
    return path.suffix in {".yaml", ".yml"} and not path.name.startswith(".") and not path.is_dir()
