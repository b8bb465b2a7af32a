import asyncio
import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from gateway.telemetry.lines import MAX_WAITING_BYTES, Lines

LINE = b"x" * 999 + b"\n"


class Counted(io.BytesIO):
    """A stream in memory that counts how often it is written to."""

    writes = 0

    def write(self, data: object, /) -> int:
        self.writes += 1
        return super().write(data)  # type: ignore[arg-type]


@pytest.fixture
def pipe() -> Iterator[tuple[int, BinaryIO]]:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(reading, False)
    stream = os.fdopen(writing, "wb")
    yield reading, stream
    for close in (stream.raw.close, lambda: os.close(reading)):
        with suppress(OSError):
            close()


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def read(descriptor: int, size: int) -> bytes:
    got = b""
    async with asyncio.timeout(20):
        while len(got) < size:
            await asyncio.sleep(0.001)
            with suppress(BlockingIOError):
                got += os.read(descriptor, 4096)
    return got


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.telemetry.lines.RETRY_S", 0.001)


async def test_the_lines_of_one_turn_are_one_write() -> None:
    stream = Counted()
    lines = Lines(stream)
    lines.write(b"one\n")
    lines.write(b"two\n")
    assert stream.writes == 0
    await turns()
    assert (stream.getvalue(), stream.writes) == (b"one\ntwo\n", 1)
    lines.write(b"three\n")
    await turns()
    assert (stream.getvalue(), stream.writes) == (b"one\ntwo\nthree\n", 2)


def test_outside_of_a_loop_a_line_is_written_at_once() -> None:
    stream = io.BytesIO()
    Lines(stream).write(b"one\n")
    assert stream.getvalue() == b"one\n"


async def test_flush_writes_at_once() -> None:
    stream = io.BytesIO()
    lines = Lines(stream)
    lines.write(b"one\n")
    lines.flush()
    assert stream.getvalue() == b"one\n"
    await turns()
    assert stream.getvalue() == b"one\n"


def test_a_loop_that_ended_does_not_keep_later_lines() -> None:
    stream = io.BytesIO()
    lines = Lines(stream)

    loop = asyncio.new_event_loop()
    loop.call_soon(loop.stop)
    loop.call_soon(lines.write, b"one\n")  # its turn never comes
    loop.run_forever()
    loop.close()
    lines.write(b"two\n")
    lines.flush()
    assert stream.getvalue() == b"one\ntwo\n"


async def test_a_buffered_stream_keeps_its_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as stream:
        stream.write(b"before\n")
        lines = Lines(stream)
        for _ in range(10):
            lines.write(LINE)
        await turns()
        assert (tmp_path / "log").read_bytes() == b"before\n" + LINE * 10


async def test_a_full_pipe_keeps_its_lines_and_loses_none_when_it_is_read(pipe: tuple[int, BinaryIO]) -> None:
    reading, stream = pipe
    lines = Lines(stream)
    sent = b"".join(b"%d\n" % number for number in range(5000))
    for line in sent.splitlines(keepends=True):
        lines.write(line)
    got = await read(reading, len(sent))
    assert got == sent
    assert lines.dropped == 0


async def test_a_line_longer_than_a_pipe_takes_at_once_goes_in_pieces(pipe: tuple[int, BinaryIO]) -> None:
    reading, stream = pipe
    lines = Lines(stream)
    long = b"y" * 10_000 + b"\n"
    lines.write(long)
    lines.write(b"next\n")
    got = await read(reading, len(long) + 5)
    assert got == long + b"next\n"


async def test_a_pipe_that_nobody_reads_costs_new_lines_and_never_waits(pipe: tuple[int, BinaryIO]) -> None:
    _, stream = pipe
    lines = Lines(stream)
    count = 2 * MAX_WAITING_BYTES // len(LINE)
    for number in range(count):
        lines.write(LINE)
        if number % 1000 == 0:
            await turns()
    await turns()
    assert count // 3 < lines.dropped < count


async def test_flush_gives_up_on_a_pipe_that_nobody_reads(
    pipe: tuple[int, BinaryIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.telemetry.lines.FLUSH_WAITS", 2)
    lines = Lines(pipe[1])
    for _ in range(10):
        lines.write(LINE)
    lines.flush()
    assert len(os.read(pipe[0], 65536)) <= 4096


@pytest.fixture(params=["opened anew", "as it is"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe of another user cannot be opened anew."""
    if request.param == "as it is":
        monkeypatch.setattr("gateway.telemetry.lines._nonblocking_pipe", lambda _: None)


@pytest.mark.usefixtures("way")
async def test_a_broken_pipe_is_counted_and_raises_nothing(pipe: tuple[int, BinaryIO]) -> None:
    reading, stream = pipe
    lines = Lines(stream)
    lines.write(b"one\n")
    lines.write(b"two\n")
    os.close(reading)
    await turns()
    assert lines.dropped == 2
    lines.write(b"three\n")
    lines.flush()
    assert (lines.dropped, lines.full) == (3, False)


async def test_a_stream_that_somebody_has_closed_is_counted_too(tmp_path: Path) -> None:
    stream = (tmp_path / "log").open("wb")
    lines = Lines(stream)
    lines.write(b"one\n")
    stream.close()
    await turns()
    assert lines.dropped == 1


@pytest.mark.usefixtures("way")
async def test_requests_wait_until_a_full_pipe_is_read_and_nothing_is_lost(
    pipe: tuple[int, BinaryIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.telemetry.lines.MAX_WAITING_BYTES", 20 * len(LINE))
    told: list[bool] = []
    lines = Lines(pipe[1], waits=True)
    lines.on_change(told.append)
    sent = 0
    while not lines.full:
        lines.write(LINE)
        sent += 1
        await turns()
    lines.write(LINE)  # of a request that was taken before
    assert told == [True]
    assert await read(pipe[0], (sent + 1) * len(LINE)) == LINE * (sent + 1)
    await turns()
    assert (told, lines.full, lines.dropped) == ([True, False], False, 0)


async def test_even_where_requests_wait_there_is_a_bound(
    pipe: tuple[int, BinaryIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.telemetry.lines.MAX_KEPT_BYTES", 20 * len(LINE))
    lines = Lines(pipe[1], waits=True)
    for _ in range(30):
        lines.write(LINE)
    assert lines.dropped == 10


@pytest.mark.usefixtures("way")
async def test_where_requests_wait_a_broken_pipe_stops_them(pipe: tuple[int, BinaryIO]) -> None:
    reading, stream = pipe
    lines = Lines(stream, waits=True)
    lines.write(b"one\n")
    os.close(reading)
    await turns()
    assert (lines.full, lines.dropped) == (True, 0)


def test_a_pipe_of_ours_does_not_become_non_blocking_for_others(pipe: tuple[int, BinaryIO]) -> None:
    Lines(pipe[1])
    assert os.get_blocking(pipe[1].fileno())


def test_what_happens_when_it_is_full_may_change() -> None:
    class Deaf(io.BytesIO):
        def write(self, _: object) -> int:
            return 0

    told: list[bool] = []
    lines = Lines(Deaf())
    lines.on_change(told.append)
    lines.set_waits(waits=True)
    for _ in range(5):
        lines.write(b"x" * (MAX_WAITING_BYTES // 4) + b"\n")
    assert lines.full
    lines.set_waits(waits=False)
    assert told == [True, False]
    assert not lines.full
    lines.write(b"lost\n")
    assert lines.dropped == 1
