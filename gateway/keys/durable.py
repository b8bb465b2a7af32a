"""How does a file come to be whole or not at all, even when the power fails?

Written beside its place, forced to the disk, then given its name in one step, and the directory forced
as well. Files are 0600 from the first byte, and belong to whom the directory belongs to.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = ".new-"
"""How the name of a file begins while it is written. Who is killed meanwhile leaves it."""


def write(path: Path, content: bytes, *, like: os.stat_result | None = None) -> None:
    """Put a file in its place, over what was there. Raises: OSError.

    `like` is whose it is to be and who may read it, where that is not as above.
    """
    with _beside(path, content, like) as temporary:
        temporary.replace(path)
    _force(path.parent)


def give_to_owner(descriptor: int, directory: Path) -> None:
    """Give a new file to whom its directory belongs to, where we are root and that is somebody else.

    What root has run must not leave a file that the gateway's own user cannot read. Raises: OSError.
    """
    owner = directory.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


# --- private ---


@contextmanager
def _beside(path: Path, content: bytes, like: os.stat_result | None) -> Iterator[Path]:
    """Write a file that is gone afterwards, unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=PREFIX, dir=path.parent)  # 0600, O_EXCL
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if like is None:
                give_to_owner(descriptor, path.parent)
            else:
                os.fchown(descriptor, like.st_uid, like.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
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
