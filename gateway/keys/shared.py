"""Where are the keys that somebody else keeps for all replicas?

The layout of `gateway.keys.directory`, only read: a mounted Kubernetes Secret, or a directory that a
configuration tool fills.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import Discretion, read_keys
from gateway.keys.signing_key import Algorithm
from gateway.keys.stored_key import StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStore:
    """Keys in a directory that others write."""

    path: Path

    def load(self, *, algorithm: Algorithm, clock: Callable[[], float]) -> tuple[StoredKey, ...]:  # noqa: ARG002
        """The same as `read`: whoever writes the directory has made its keys."""
        return self.read()

    def read(self) -> tuple[StoredKey, ...]:
        """Read the keys, all of one generation.

        Blocks on the disk. Raises: KeyStoreError. Never writes.
        """
        if not self.path.is_dir():
            fix = "mount the Secret that holds the keys, or use the store `directory` to have them made"
            raise KeyStoreError(path=self.path, what="is not a directory", fix=fix)
        for _ in range(_GENERATIONS - 1):
            generation = _generation(self.path)
            try:
                return read_keys(generation, _THEIRS)
            except KeyStoreError:
                if _generation(self.path) == generation:
                    raise
        return read_keys(_generation(self.path), _THEIRS)


# --- private ---

_GENERATIONS: Final = 3
"""How many may pass under our eyes; the kubelet makes one a minute at most."""

# A Secret belongs to root, and `fsGroup` lets the pod's group read it (0440; 0660 on other volumes).
# Who can read a private key can already sign as us, so the group's write bit gives nothing more. The bits
# of a Secret's directory are the kubelet's own (1777) and say nothing.
_THEIRS: Final = Discretion(
    forbidden_mode=0o007,
    fix="chmod 440 {}; for a Kubernetes Secret, set `defaultMode: 0440` on the volume",
    restore="write the manifest and every key it lists again, as `<kid>.pem` in PKCS #8",
)


def _generation(directory: Path) -> Path:
    """Where the files are now.

    The kubelet writes each version of a Secret into a directory of its own, exchanges the symbolic link
    `..data` and removes the old one. Reading through one resolved directory never mixes two versions.
    """
    current = directory / "..data"
    try:
        return Path(os.path.realpath(current, strict=True))
    except OSError:
        return directory
