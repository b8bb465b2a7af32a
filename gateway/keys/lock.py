"""Who may write the keys of a directory now?

One process (or thread) at a time, by `flock` on a file beside the keys. The system takes the lock away from
who dies, so none is ever left behind. Readers need none: the manifest changes in one step.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.keys.durable import give_to_owner

FILE_NAME: Final = "keys.lock"


class Locked(Exception):
    """Another process has held the lock for longer than any write takes."""


@contextmanager
def lock(directory: Path, *, attempts: int = 100) -> Iterator[None]:
    """Hold the lock of a directory. Blocks for up to 5 s. Raises: OSError, Locked."""
    descriptor = os.open(directory / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        give_to_owner(descriptor, directory)
        _take(descriptor, attempts)
        try:
            yield
        finally:
            # By name, not only by closing: a child that was forked meanwhile holds the same open file.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


# --- private ---

_PAUSE_S: Final = 0.05


def _take(descriptor: int, attempts: int) -> None:
    """Ask again and again rather than wait: behind a process that was stopped one would wait for ever."""
    for _ in range(attempts):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
    raise Locked
