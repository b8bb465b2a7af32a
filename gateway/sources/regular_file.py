"""What is in this small file, now?

Opened by its name each time, for a symbolic link may have been swapped, as Kubernetes does with a mounted
ConfigMap. Blocks: called in a thread.
"""

import os
import stat


def read_regular_file(path: str, max_bytes: int) -> bytes:
    """Read all of it. Raises: OSError; ValueError for a larger file, and for what is no regular file."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("not a regular file")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError("larger than it may be")
    return content


# --- private ---


def _without_waiting(path: str, flags: int) -> int:
    """Open; a named pipe without a writer must not hang the thread."""
    return os.open(path, flags | os.O_NONBLOCK)
