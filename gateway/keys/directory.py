"""Where are the keys that outlive the process?

In a directory of ours: `keys.json` and one `<kid>.pem` for each key it lists, 0600 in a directory 0700.
Made on first start. Of many processes that share it, one writes at a time, and every one may read at any
moment. A change is whole once `keys.json` has it: a new key is written before, an old one removed after.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.keys import durable, manifest
from gateway.keys.failure import KeyStoreError
from gateway.keys.layout import KEY_FILE, Discretion, key_path, manifest_of, read_keys
from gateway.keys.lock import Locked, lock
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey

Revise = Callable[[tuple[StoredKey, ...]], tuple[StoredKey, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryStore:
    """Keys in a directory that this gateway makes and writes."""

    path: Path

    def load(self, *, algorithm: Algorithm, clock: Callable[[], float]) -> tuple[StoredKey, ...]:
        """Read the keys; make the first one where there is no manifest yet.

        Blocks on the disk. Raises: KeyStoreError. Never writes where there is a manifest, however broken:
        a key that backends trust is not replaced behind the operator's back.
        """
        with _blaming(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(self.path)
        if not self.exists():
            self._make_first(algorithm, int(clock()))
        return read_keys(self.path, _OURS)

    def exists(self) -> bool:
        """Say whether somebody has made the first key, readable or not."""
        return os.path.lexists(self.path / manifest.FILE_NAME)

    def read(self) -> tuple[StoredKey, ...]:
        """Read the keys. Blocks on the disk. Raises: KeyStoreError. Never makes anything."""
        _check(self.path)
        return read_keys(self.path, _OURS)

    def change(self, revise: Revise) -> tuple[StoredKey, ...]:
        """Read the keys, alone, and write what is to be there instead; give that.

        Removes what a writer that was killed has left behind. Blocks on the disk, and for up to 5 s on
        other writers. Raises: KeyStoreError, and then the directory lists what it did, or what it was to;
        also whatever `revise` raises.
        """
        _check(self.path)
        with self._alone():
            before = read_keys(self.path, _OURS)
            after = revise(before)
            self._sweep(before)  # first, so that writes that fail again and again leave one key at most
            if after != before:
                self._write(before, after)
                self._sweep(after)
        return after

    def _make_first(self, algorithm: Algorithm, now: int) -> None:
        with self._alone():
            if self.exists():  # another process was first, and its key is the one
                return
            key = SigningKey.generate(algorithm)
            first = StoredKey(key=key, state=KeyState.ACTIVE, created_at=now, since=now)
            try:
                self._write([], [first])
            except OSError:
                # A start that fails again and again must not leave a private key each time.
                if not self.exists():
                    key_path(self.path, key.kid).unlink(missing_ok=True)
                raise

    def _write(self, before: Sequence[StoredKey], after: Sequence[StoredKey]) -> None:
        known = {stored.key.kid for stored in before}
        for stored in after:
            if stored.key.kid not in known:
                durable.write(key_path(self.path, stored.key.kid), stored.key.to_pem())
        durable.write(self.path / manifest.FILE_NAME, manifest_of(after))

    def _sweep(self, kept: Sequence[StoredKey]) -> None:
        """Remove every file of ours that is not listed: keys that are gone, and what the dead left."""
        names = {key_path(self.path, stored.key.kid).name for stored in kept}
        for path in self.path.iterdir():
            if _OUR_FILES.fullmatch(path.name) and path.name not in names:
                path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with _blaming(self.path), lock(self.path):
                yield
        except Locked:
            what = "has been locked by another process for seconds"
            raise KeyStoreError(path=self.path, what=what, fix="end that process (fuser keys.lock)") from None


# --- private ---

_OURS: Final = Discretion(
    forbidden_mode=0o077,
    fix="chmod 600 {}",
    restore="restore the directory from a backup, or empty it to start with a new key",
)
_OUR_FILES: Final = re.compile(rf"{KEY_FILE}|{re.escape(durable.PREFIX)}.*", re.ASCII)


def _check(directory: Path) -> None:
    """Check that it is ours alone: who can write it can exchange the keys."""
    with _blaming(directory):
        if not directory.exists():
            fix = "mount or restore it, or make a first key with `gateway keys init`"
            raise KeyStoreError(path=directory, what="is missing", fix=fix)
        mode = directory.stat().st_mode
    if mode & 0o077:
        what = f"can be used by others (mode {stat.S_IMODE(mode):04o})"
        # A mounted volume often belongs to another user, who alone can change its mode.
        fix = f"chmod 700 {directory}, or name a directory below it that does not exist yet"
        raise KeyStoreError(path=directory, what=what, fix=fix)


@contextmanager
def _blaming(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"cannot be made or written ({error.strerror})"
        fix = "name a directory on a local file system that the gateway's user can write"
        raise KeyStoreError(path=directory, what=what, fix=fix) from None
