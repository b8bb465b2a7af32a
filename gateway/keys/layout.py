"""Do the files of a directory hold the keys that its manifest promises, for our eyes only?

A Kubernetes Secret holds the same files under the same names, and is read by the same rules.
"""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.keys import manifest
from gateway.keys.failure import KeyStoreError
from gateway.keys.manifest import ManifestEntry, ManifestUnfit, parse_manifest, render_manifest
from gateway.keys.signing_key import SigningKey, UnfitKey
from gateway.keys.stored_key import StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Discretion:
    """Who else may open a key file, and how the operator keeps the others out."""

    forbidden_mode: int
    """Permission bits that must not be set."""
    fix: str
    """With `{}` for the path."""
    restore: str
    """What to do about a file that is missing or broken."""


KEY_FILE: Final = r"[A-Za-z0-9_-]{43}\.pem"
"""What the name of a key's file looks like."""


def key_path(directory: Path, kid: str) -> Path:
    """Where the key of this kid is. Only for a kid that `parse_manifest` or `SigningKey` gave."""
    return directory / f"{kid}.pem"


def read_keys(directory: Path, discretion: Discretion) -> tuple[StoredKey, ...]:
    """Read the manifest and every key it lists; all of them, or none.

    Raises: KeyStoreError naming the file. Never follows a name of the manifest out of the directory,
    nor believes that a file holds the key that it is named for.
    """
    path = directory / manifest.FILE_NAME

    def read(path: Path) -> bytes:
        return _read(path, discretion)

    for _ in range(_ATTEMPTS - 1):
        document = read(path)
        try:
            return listed_keys(directory, document, read, discretion.restore)
        except KeyStoreError:
            # A writer that came in between has removed a key after it took it off the manifest.
            if read(path) == document:
                raise
    return listed_keys(directory, read(path), read, discretion.restore)


def listed_keys(
    directory: Path, document: bytes, read: Callable[[Path], bytes], restore: str
) -> tuple[StoredKey, ...]:
    """Give every key that this manifest lists; `read` gives what is at a path, or raises KeyStoreError.

    Raises: KeyStoreError naming the path, and `restore` as what to do about it.
    """
    try:
        entries = parse_manifest(document)
    except ManifestUnfit as unfit:
        path = directory / manifest.FILE_NAME
        raise KeyStoreError(path=path, what=str(unfit), fix=restore) from None
    return tuple(_stored(directory, entry, read, restore) for entry in entries)


def manifest_of(keys: Iterable[StoredKey]) -> bytes:
    """Write the manifest of these keys."""
    return render_manifest(
        ManifestEntry(
            kid=stored.key.kid,
            algorithm=stored.key.algorithm,
            state=stored.state,
            created_at=stored.created_at,
            since=stored.since,
        )
        for stored in keys
    )


# --- private ---

_MAX_BYTES: Final = manifest.MAX_BYTES
_ATTEMPTS: Final = 3


def _stored(directory: Path, entry: ManifestEntry, read: Callable[[Path], bytes], restore: str) -> StoredKey:
    path = key_path(directory, entry.kid)
    try:
        key = SigningKey.from_pem(read(path))
    except UnfitKey as unfit:
        raise KeyStoreError(path=path, what=str(unfit), fix=restore) from None
    if key.kid != entry.kid:
        raise KeyStoreError(path=path, what="holds another key than its name says", fix=restore)
    if key.algorithm != entry.algorithm:
        what = f"is an {key.algorithm} key, and {manifest.FILE_NAME} says {entry.algorithm}"
        raise KeyStoreError(path=path, what=what, fix=restore)
    return StoredKey(key=key, state=entry.state, created_at=entry.created_at, since=entry.since)


def _read(path: Path, discretion: Discretion) -> bytes:
    try:
        # Not blocking: opening a FIFO must not wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _check_mode(path, os.fstat(descriptor).st_mode, discretion)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(_MAX_BYTES + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise KeyStoreError(path=path, what="is missing", fix=discretion.restore) from None
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise KeyStoreError(path=path, what=what, fix="let the gateway's user read it") from None
    if len(content) > _MAX_BYTES:
        raise KeyStoreError(path=path, what=f"is larger than {_MAX_BYTES} bytes", fix=discretion.restore)
    return content


def _check_mode(path: Path, mode: int, discretion: Discretion) -> None:
    """Check what was opened, not what its name leads to now: nobody can exchange it in between."""
    if not stat.S_ISREG(mode):
        raise KeyStoreError(path=path, what="is not a file", fix=discretion.restore)
    if mode & discretion.forbidden_mode:
        what = f"can be used by others (mode {stat.S_IMODE(mode):04o})"
        raise KeyStoreError(path=path, what=what, fix=discretion.fix.format(path))
