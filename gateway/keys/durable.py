"""How does a file come to be whole or not at all, even when the power fails?

Written beside its place, forced to the disk, then given its name in one step, and the directory forced
as well. Files are 0600 from the first byte.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Put a file in its place, over what was there. Raises: OSError."""
    with _beside(path, content) as temporary:
        temporary.replace(path)
    _force(path.parent)


def write_first(path: Path, content: bytes) -> bool:
    """Put a file in its place unless another is there already; of many at once, exactly one succeeds.

    A hard link, not a lock: nothing is left to be cleaned up where a process dies. Raises: OSError, and
    then the place is as empty as before; also where the file system has no hard links.
    """
    with _beside(path, content) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return False
        try:
            _force(path.parent)
        except OSError:
            path.unlink()
            raise
    return True


# --- private ---


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """Write a file that is gone afterwards, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # 0600, O_EXCL
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _force(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
