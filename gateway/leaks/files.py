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
from gateway.leaks.waking import open_to_read, signals_or

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
            yield from _under(name, seen)


def chunks(name: str, read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Give what a file holds; `read` is told of each chunk's size. Raises: OSError."""
    descriptor = 0 if name == STDIN else open_to_read(name)
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


def _under(top: str, seen: set[tuple[int, int]]) -> Iterator[Readable | Unreadable]:
    """No function for each folder: they may lie deeper in each other than functions can."""
    left = [top]
    while left:
        name = left.pop()
        try:
            found = Path(name).stat()
            if stat.S_ISDIR(found.st_mode):
                left += reversed(_inside(name, found, seen))
            else:
                yield _file(name, found, named=name == top)
        except OSError as error:
            yield Unreadable(name, why(error))


def _inside(folder: str, found: os.stat_result, seen: set[tuple[int, int]]) -> list[str]:
    """In their order; nothing of a folder that was seen. A file `-` is not stdin, and gets another name."""
    place = (found.st_dev, found.st_ino)
    if place in seen:
        return []
    seen.add(place)
    names = (str(one) for one in sorted(Path(folder).iterdir()))
    return [f"./{name}" if name == STDIN else name for name in names]


def _file(name: str, found: os.stat_result, *, named: bool) -> Readable | Unreadable:
    if stat.S_ISREG(found.st_mode):
        return Readable(name, found.st_size)
    if named and not stat.S_ISSOCK(found.st_mode):
        return Readable(name, 0)  # a pipe that was asked for
    return Unreadable(name, "is no regular file")


def why(error: OSError) -> str:
    """Say why a file cannot be read."""
    return f"cannot be read: {(error.strerror or type(error).__name__).lower()}"
