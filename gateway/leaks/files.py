"""Which files are meant, and how are they read?

A folder is all that is in it, binary files too: nothing is left out because of its name. What cannot be read
is given as such, and the rest goes on.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from gateway.leaks.unpack import CHUNK_BYTES
from gateway.leaks.waking import signals_or

STDIN: Final = "-"


class Readable(NamedTuple):
    """A file, by the name by which it was found."""

    name: str
    size: int
    """In octets as it lies there; 0 where that is not known."""


class Unreadable(NamedTuple):
    """A file that is not read, and why."""

    name: str
    why: str


def files(names: Iterable[str]) -> Iterator[Readable | Unreadable]:
    """Give every file, those of folders in the order of their names; each folder once, links followed."""
    seen: set[tuple[int, int]] = set()
    for name in names:
        if name == STDIN:
            yield Readable(name, 0)
        else:
            yield from _under(name, seen, named=True)


def chunks(name: str, read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Give what a file holds; `read` is told of each chunk's size. Raises: OSError."""
    descriptor = 0 if name == STDIN else os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with signals_or(descriptor) as wait:
            while chunk := _next(descriptor, wait):
                read(len(chunk))
                yield chunk
    finally:
        if descriptor:
            os.close(descriptor)


# --- private ---


def _next(descriptor: int, wait: Callable[[], int]) -> bytes:
    """What a signal does is its handler's: it has raised by now, or nothing is to be done."""
    while wait():
        pass
    return os.read(descriptor, CHUNK_BYTES)


def _under(name: str, seen: set[tuple[int, int]], *, named: bool = False) -> Iterator[Readable | Unreadable]:
    try:
        found = Path(name).stat()
        if stat.S_ISDIR(found.st_mode):
            place = (found.st_dev, found.st_ino)
            if place in seen:
                return
            seen.add(place)
            for inside in sorted(one.name for one in Path(name).iterdir()):
                yield from _under(str(Path(name, inside)), seen)
        elif stat.S_ISREG(found.st_mode):
            yield Readable(name, found.st_size)
        elif named and not stat.S_ISSOCK(found.st_mode):
            yield Readable(name, 0)  # a pipe that was asked for
        else:
            yield Unreadable(name, "is no regular file")
    except OSError as error:
        yield Unreadable(name, why(error))


def why(error: OSError) -> str:
    """Say why a file cannot be read."""
    return f"cannot be read: {(error.strerror or type(error).__name__).lower()}"
