"""How does a signal end what has no end, and the wait for what a pipe gives next?

Python runs a handler between two of its own steps. A signal that comes right before a read, or before a pipe
is opened, would be heard when that is done, which may be never: so what is waited for is the pipe or the
signal.
"""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def noted_once() -> Iterator[list[int]]:
    """Give where the number of the first SIGTERM or SIGINT is noted: what was begun can be ended well.

    A second one does what it would without this, also where a write waits for a reader that never reads.
    """
    noted: list[int] = []  # an Event takes a lock, which who waits may hold when the signal comes
    before = {one: signal.getsignal(one) for one in _ENDING}

    def as_before() -> None:
        for one, handler in before.items():
            signal.signal(one, handler)

    def note(number: int, _: object) -> None:
        noted.append(number)
        as_before()

    for one in _ENDING:
        signal.signal(one, note)
    try:
        yield noted
    finally:
        as_before()


def open_to_read(path: str) -> int:
    """Open it for reading, a pipe also before somebody writes into it: `signals_or` waits for that too.

    Raises: OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


@contextmanager
def signals_or(source: int) -> Iterator[Callable[[], int]]:
    """Give what waits until `source` can be read and gives 0, or a signal has come and gives its number.

    Only signals that have a handler in Python end it, and the handler has its turn first. For the main
    thread.
    """
    waker, wake = os.pipe()
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake)
    ready = select.poll()  # not select(2), for which a descriptor from 1024 on is none
    for one in (source, waker):
        ready.register(one, select.POLLIN)

    def wait() -> int:
        found = [descriptor for descriptor, _ in ready.poll()]
        return os.read(waker, 1)[0] if waker in found else 0

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(before)
        os.close(waker)
        os.close(wake)
