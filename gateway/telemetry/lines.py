"""How do lines leave the process without anybody waiting for them?

Gathered, and written once for each turn of the event loop. A pipe that is full keeps its lines waiting up
to a bound. What then happens is the operator's choice: new lines are dropped and counted, or requests wait,
because whoever takes them asks `full`. The loop itself never waits for a reader of logs.
"""

import asyncio
import io
import os
import select
import stat
import weakref
from collections.abc import Callable
from typing import BinaryIO, Final

MAX_WAITING_BYTES: Final = 4 * 1024 * 1024
MAX_KEPT_BYTES: Final = 32 * 1024 * 1024
"""Where requests wait: room for the records of those that were taken before."""
RETRY_S: Final = 0.05
FLUSH_WAITS: Final = 100
WAIT_MS: Final = 10
"""`flush` waits for the reader of a full pipe so many times so long: one second in all."""


class Lines:
    """Lines on their way to one stream, in order."""

    __slots__ = (
        "__weakref__", "_dropped", "_full", "_limit", "_loop", "_on_change", "_pipe", "_poll", "_polled",
        "_stream", "_waiting", "_waiting_bytes", "_waits",
    )  # fmt: skip

    def __init__(self, stream: BinaryIO, *, waits: bool = False) -> None:
        """Take the stream over: what its buffer holds is written, and the buffer is gone round after.

        `waits`: `full` is to be heeded, and nothing is dropped while it is.
        """
        stream.flush()
        self._stream: BinaryIO | io.RawIOBase = getattr(stream, "raw", stream)
        descriptor = _descriptor(stream)
        self._pipe = _nonblocking_pipe(descriptor)
        self._polled = descriptor is not None and not _is_file(descriptor)
        """It may block, and so it is asked, and written to in pieces that are written whole."""
        self._poll = select.poll()
        if self._pipe is not None:
            weakref.finalize(self, os.close, self._pipe)
        if self._polled and descriptor is not None:
            self._poll.register(descriptor if self._pipe is None else self._pipe, select.POLLOUT)
        self._waits = waits
        self._limit = MAX_KEPT_BYTES if waits else MAX_WAITING_BYTES
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        """Whose next turn will write; a loop that has ended will not."""
        self._dropped = 0
        self._full = False
        self._on_change: Callable[[bool], None] | None = None

    @property
    def dropped(self) -> int:
        """How many lines nobody will read."""
        return self._dropped

    @property
    def full(self) -> bool:
        """Whether to take no more requests, until it is false again. Always false unless `waits`.

        Also true while the stream is broken: nothing is decided then that cannot be written down.
        """
        return self._full

    def set_waits(self, *, waits: bool) -> None:
        """From now on nothing is dropped while `full` is heeded, or nobody has to heed it."""
        if not waits:
            self._set_full(now=False)
        self._waits = waits
        self._limit = MAX_KEPT_BYTES if waits else MAX_WAITING_BYTES

    def on_change(self, tell: Callable[[bool], None]) -> None:
        """Have `full` told whenever it changes, from within `write` or a turn of the loop."""
        self._on_change = tell

    def write(self, line: bytes) -> None:
        """Take one line, with its line feed. Outside of an event loop it is written at once. Never raises."""
        waiting = self._waiting_bytes + len(line)
        if waiting > self._limit:
            self._dropped += 1
            return
        self._waiting.append(line)
        self._waiting_bytes = waiting
        if waiting > MAX_WAITING_BYTES:
            self._set_full(now=True)
        if self._loop is None or self._loop.is_closed():
            self._schedule(0)

    def flush(self) -> None:
        """Write what waits, and give the reader of a full pipe one second. Never raises."""
        self._write_out(waits=FLUSH_WAITS)

    # --- private ---

    def _schedule(self, delay_s: float) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write_out(waits=0)
            return
        self._loop = loop
        if delay_s:
            loop.call_later(delay_s, self._on_turn)
        else:
            loop.call_soon(self._on_turn)

    def _on_turn(self) -> None:
        self._loop = None
        self._write_out(waits=0)
        if self._waiting and self._loop is None:  # who was told that there is room may have written already
            self._schedule(RETRY_S)

    def _write_out(self, *, waits: int) -> None:
        while self._waiting:
            chunk, count = self._next_chunk()
            try:
                written = self._send(chunk)
            except (OSError, ValueError):  # broken, or closed by somebody: nobody reads these any more
                self._give_up()
                return
            if written:
                self._forget(chunk, count, written)
            elif waits == 0:
                break
            else:
                waits -= 1
                self._poll.poll(WAIT_MS)
        if self._waiting_bytes <= MAX_WAITING_BYTES // 2:
            self._set_full(now=False)

    def _send(self, chunk: bytes) -> int:
        """Give how much was written: nothing where it would have to wait. Never blocks.

        A broken pipe has room: writing to it tells that it is broken. Between poll and write another
        process may fill a pipe that both have, so a pipe is opened anew where that can be.
        """
        if self._pipe is not None:
            try:
                return os.write(self._pipe, chunk)
            except BlockingIOError:
                return 0
        if self._polled and not self._poll.poll(0):
            return 0
        return self._stream.write(chunk) or 0

    def _give_up(self) -> None:
        if self._waits:  # it is tried again; until then nothing more is to be decided
            self._set_full(now=True)
            return
        self._dropped += len(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0

    def _set_full(self, *, now: bool) -> None:
        if self._waits and now is not self._full:
            self._full = now
            if self._on_change is not None:
                self._on_change(now)

    def _next_chunk(self) -> tuple[bytes, int]:
        """Whole lines: all of them, or what a pipe that has any room takes without blocking.

        POSIX write(): up to PIPE_BUF octets are written whole or not at all, so that lines of several
        processes in one pipe do not mix either. A longer line goes in pieces.
        """
        if not self._polled:
            return b"".join(self._waiting), len(self._waiting)
        count = size = 0
        for line in self._waiting:
            if size + len(line) > select.PIPE_BUF:
                break
            size += len(line)
            count += 1
        if count == 0:
            return self._waiting[0][: select.PIPE_BUF], 0
        return b"".join(self._waiting[:count]), count

    def _forget(self, chunk: bytes, count: int, written: int) -> None:
        self._waiting_bytes -= written
        if written == len(chunk) and count:
            del self._waiting[:count]
            return
        left = b"".join(self._waiting[: max(count, 1)])[written:]
        self._waiting[: max(count, 1)] = left.splitlines(keepends=True)


# --- private ---


def _descriptor(stream: BinaryIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):  # in memory
        return None


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _nonblocking_pipe(descriptor: int | None) -> int | None:
    """Open a pipe once more: O_NONBLOCK on the one we were given would be everybody's who has it."""
    if descriptor is None or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return None
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # no /proc, or a pipe of another user
        return None
