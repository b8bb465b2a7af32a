"""What is added to these files, whoever rotates them?

As `tail -F` does: a file that was renamed is read to its end, then the new one of its name from its
beginning; one that was cut short (copytruncate) is read anew. A file that is not there yet is waited for.
What is compressed or UTF-16 is not followed.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from gateway.leaks.form import HEAD_BYTES, form_of
from gateway.leaks.unpack import CHUNK_BYTES

EVERY_S: Final = 0.25
"""How long nobody looks."""


class Ended(NamedTuple):
    """The file that had this name goes on no more; what comes is of another."""


class Followed:
    """One name."""

    __slots__ = ("_descriptor", "_read", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._descriptor = -1
        self._read = 0

    def new(self) -> Iterator[bytes | Ended]:
        """Give all that is there by now.

        Raises: OSError where it cannot be read, is no file, or of a form in which nothing is found as it is.
        """
        if not self.is_there and not self._open():
            return
        yield from self._rest()
        now = os.fstat(self._descriptor)
        if now.st_size < self._read:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            self._read = 0
            yield Ended()
            yield from self._rest()
        elif self._is_another(now):
            yield from self._rest()  # what was written until it was renamed
            self.close()
            yield Ended()
            if self._open():
                yield from self._rest()

    @property
    def is_there(self) -> bool:
        """Whether it is read: it was there, and nothing has hindered that since."""
        return self._descriptor >= 0

    def close(self) -> None:
        """Let go of it."""
        if self.is_there:
            os.close(self._descriptor)
        self._descriptor, self._read = -1, 0

    # --- private ---

    def _open(self) -> bool:
        try:
            descriptor = os.open(self.name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe has no size, and is not read twice
            os.close(descriptor)
            raise OSError(errno.EINVAL, "it is no regular file", self.name)
        self._descriptor = descriptor
        return True

    def _rest(self) -> Iterator[bytes]:
        while chunk := os.read(self._descriptor, CHUNK_BYTES):
            if self._read < HEAD_BYTES:
                self._look_at_its_form()
            self._read += len(chunk)
            yield chunk

    def _look_at_its_form(self) -> None:
        form = form_of(os.pread(self._descriptor, HEAD_BYTES, 0))
        if form is not None:
            self.close()  # the next of its name may be another
            raise OSError(errno.EINVAL, f"it is {form}, in which nothing would be found", self.name)

    def _is_another(self, now: os.stat_result) -> bool:
        """While nothing has its name the old one may still be written to."""
        try:
            named = Path(self.name).stat()
        except FileNotFoundError:
            return False
        return (named.st_dev, named.st_ino) != (now.st_dev, now.st_ino)
