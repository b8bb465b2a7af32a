"""Where are the keys that outlive the process?

In a directory of ours: `keys.json` and one `<kid>.pem` for each key it lists, 0600 in a directory 0700.
Made on first start; processes that start at once agree on one key.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.keys import durable, manifest
from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import Discretion, key_path, read_keys
from gateway.keys.manifest import ManifestEntry, render_manifest
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryStore:
    """Keys in a directory that this gateway makes and writes."""

    path: Path

    def load(self, *, algorithm: Algorithm, clock: Callable[[], float]) -> tuple[StoredKey, ...]:
        """Read the keys; make the first one where there is no manifest yet.

        Blocks on the disk. Raises: KeyStoreError. Never writes where there is a manifest, however broken:
        a key that backends trust is not replaced behind the operator's back.
        """
        _prepare(self.path)
        if not os.path.lexists(self.path / manifest.FILE_NAME):
            _make_first(self.path, algorithm, int(clock()))
        return read_keys(self.path, _OURS)


# --- private ---

_OURS: Final = Discretion(
    forbidden_mode=0o077,
    fix="chmod 600 {}",
    restore="restore the directory from a backup, or empty it to start with a new key",
)


def _prepare(directory: Path) -> None:
    """Make the directory, or check that it is ours alone: who can write it can exchange the keys."""
    with _blaming(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = directory.stat().st_mode
    if mode & 0o077:
        what = f"can be used by others (mode {stat.S_IMODE(mode):04o})"
        # A mounted volume often belongs to another user, who alone can change its mode.
        fix = f"chmod 700 {directory}, or name a directory below it that does not exist yet"
        raise KeyStoreError(path=directory, what=what, fix=fix)


def _make_first(directory: Path, algorithm: Algorithm, now: int) -> None:
    key = SigningKey.generate(algorithm)
    entry = ManifestEntry(kid=key.kid, algorithm=algorithm, state=KeyState.ACTIVE, created_at=now)
    with _blaming(directory):
        durable.write(key_path(directory, key.kid), key.to_pem())
        try:
            first = durable.write_first(directory / manifest.FILE_NAME, render_manifest([entry]))
        except OSError:
            # A start that fails again and again must not leave a private key each time.
            _discard(directory, key.kid)
            raise
        if not first:  # another process was, and its key is the one
            _discard(directory, key.kid)


def _discard(directory: Path, kid: str) -> None:
    key_path(directory, kid).unlink(missing_ok=True)


@contextmanager
def _blaming(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"cannot be made or written ({error.strerror})"
        fix = "name a directory on a local file system that the gateway's user can write"
        raise KeyStoreError(path=directory, what=what, fix=fix) from None
