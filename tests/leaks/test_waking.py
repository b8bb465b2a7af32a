"""A signal that came right before a wait ends it as one does that comes within."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.leaks.files import chunks
from gateway.leaks.waking import noted_once, open_to_read, signals_or


@contextmanager
def heard(number: signal.Signals) -> Iterator[list[int]]:
    """What a handler of ours has heard of this signal."""
    numbers: list[int] = []
    before = signal.signal(number, lambda one, _: numbers.append(one))
    try:
        yield numbers
    finally:
        signal.signal(number, before)


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for one in ends:
            os.close(one)


def test_a_signal_from_before_ends_the_wait_for_an_empty_pipe() -> None:
    with heard(signal.SIGUSR1) as numbers, pipe() as (source, into), signals_or(source) as wait:
        signal.raise_signal(signal.SIGUSR1)
        assert (wait(), numbers) == (signal.SIGUSR1, [signal.SIGUSR1])
        os.write(into, b"x")
        assert wait() == 0
        assert os.read(source, 2) == b"x"


def test_a_signal_within_ends_it_too() -> None:
    main = threading.main_thread().ident
    assert main is not None
    with heard(signal.SIGUSR1) as numbers, pipe() as (source, _), signals_or(source) as wait:
        later = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGUSR1))
        later.start()
        assert (wait(), numbers) == (signal.SIGUSR1, [signal.SIGUSR1])
        later.join()


def test_afterwards_nothing_is_woken_and_no_descriptor_is_left() -> None:
    with pipe() as (source, _):
        opened = set(Path("/proc/self/fd").iterdir())
        with signals_or(source):
            pass
        assert set(Path("/proc/self/fd").iterdir()) <= opened
        assert signal.set_wakeup_fd(-1) == -1


def test_the_first_to_end_is_noted_and_a_second_does_what_it_did_before() -> None:
    for first, second in ((signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGINT)):
        with heard(second) as numbers:
            before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
            with noted_once() as noted:
                signal.raise_signal(first)
                assert (noted, numbers) == ([first], [])
                signal.raise_signal(second)
                assert (noted, numbers) == ([first], [second])
            assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == before


def test_nothing_that_ends_is_noted_afterwards() -> None:
    with heard(signal.SIGTERM) as numbers:
        with noted_once() as noted:
            pass
        signal.raise_signal(signal.SIGTERM)
    assert (noted, numbers) == ([], [signal.SIGTERM])


def test_a_pipe_into_which_nobody_writes_is_opened_at_once_and_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    source = open_to_read(str(fifo))
    try:
        with heard(signal.SIGUSR1), signals_or(source) as wait:
            signal.raise_signal(signal.SIGUSR1)
            assert wait() == signal.SIGUSR1  # else it could be read: as if it had ended
            into = os.open(fifo, os.O_WRONLY)
            os.write(into, b"x")
            assert (wait(), os.read(source, 2)) == (0, b"x")
            os.close(into)
            assert (wait(), os.read(source, 2)) == (0, b"")
        assert os.get_blocking(source)
    finally:
        os.close(source)


def test_a_signal_whose_handler_ends_nothing_loses_nothing(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def write() -> None:
        with fifo.open("wb", buffering=0) as into:
            for part in (b"one ", b"two"):
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                into.write(part)

    with heard(signal.SIGUSR1) as numbers:
        writer = threading.Thread(target=write)
        writer.start()
        assert b"".join(chunks(str(fifo))) == b"one two"
        writer.join()
    assert set(numbers) == {signal.SIGUSR1}
