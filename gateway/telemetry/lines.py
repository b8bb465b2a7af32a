"""How do lines leave the process without anybody waiting for them?

Gathered, and written once for each turn of the event loop. A pipe that is full keeps its lines waiting
up to a bound, then new ones are dropped and counted; a pipe that is broken drops them at once. A decision
never waits for a reader of logs, and never fails with one.
"""

import asyncio
import io
import select
from typing import BinaryIO, Final

MAX_WAITING_BYTES: Final = 4 * 1024 * 1024
RETRY_S: Final = 0.05
FLUSH_WAITS: Final = 100
WAIT_MS: Final = 10
"""`flush` waits for the reader of a full pipe so many times so long: one second in all."""


class Lines:
    """Lines on their way to one stream, in order."""

    __slots__ = ("_descriptor", "_dropped", "_loop", "_poll", "_stream", "_waiting", "_waiting_bytes")

    def __init__(self, stream: BinaryIO) -> None:
        """Take the stream over: what its buffer holds is written, and the buffer is gone round after."""
        stream.flush()
        self._stream: BinaryIO | io.RawIOBase = getattr(stream, "raw", stream)
        self._descriptor = _descriptor(stream)
        self._poll = select.poll()
        if self._descriptor is not None:
            self._poll.register(self._descriptor, select.POLLOUT)
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        """Whose next turn will write; a loop that has ended will not."""
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many lines nobody will read."""
        return self._dropped

    def write(self, line: bytes) -> None:
        """Take one line, with its line feed. Outside of an event loop it is written at once. Never raises."""
        if self._waiting_bytes + len(line) > MAX_WAITING_BYTES:
            self._dropped += 1
            return
        self._waiting.append(line)
        self._waiting_bytes += len(line)
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
        if self._waiting:
            self._schedule(RETRY_S)

    def _write_out(self, *, waits: int) -> None:
        while self._waiting:
            chunk, count = self._next_chunk()
            try:
                if not self._has_room(0):
                    if waits == 0:
                        return
                    waits -= 1
                    self._has_room(WAIT_MS)
                    continue
                written = self._stream.write(chunk)
            except (OSError, ValueError):  # broken, or closed by somebody: nobody reads these any more
                self._drop_all()
                return
            if not written:
                return
            self._forget(chunk, count, written)

    def _drop_all(self) -> None:
        self._dropped += len(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0

    def _next_chunk(self) -> tuple[bytes, int]:
        """Whole lines: all of them, or what a pipe that has any room takes without blocking.

        POSIX write(): up to PIPE_BUF octets are written whole or not at all, so that lines of several
        processes in one pipe do not mix either. A longer line goes in pieces.
        """
        if self._descriptor is None:
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

    def _has_room(self, wait_ms: int) -> bool:
        """Whether a write will not block. A broken pipe has room: writing to it tells that it is broken."""
        return self._descriptor is None or bool(self._poll.poll(wait_ms))

    def _forget(self, chunk: bytes, count: int, written: int) -> None:
        self._waiting_bytes -= written
        if written == len(chunk) and count:
            del self._waiting[:count]
            return
        left = b"".join(self._waiting[: max(count, 1)])[written:]
        self._waiting[: max(count, 1)] = left.splitlines(keepends=True)


def _descriptor(stream: BinaryIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):  # in memory
        return None
