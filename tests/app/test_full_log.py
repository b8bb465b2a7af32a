"""`audit.when_full: wait`: nothing is decided that cannot be written down, and nothing of it is lost."""

import asyncio
import os
import select
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from gateway.app.gateway import Gateway, start
from gateway.app.setting import open_setting
from gateway.app.single import open_single
from gateway.config.compile import load_world
from gateway.telemetry import lines as module
from tests import builders as b
from tests.app.process import good_token, served
from tests.cli.configuration import write
from tests.hostile.crowd import answer, connection, connections, presenting
from tests.sources.fake_time import until

CLIENTS, EACH = 8, 100


@dataclass
class Pipe:
    """Nobody reads it, until somebody does."""

    ends: tuple[int, int] = field(default_factory=os.pipe)
    read: bytearray = field(default_factory=bytearray)
    reader: threading.Thread = field(init=False)
    stopped: threading.Event = field(default_factory=threading.Event)
    writing: BinaryIO = field(init=False)

    def __post_init__(self) -> None:
        self.writing = os.fdopen(self.ends[1], "wb")

    def begin(self) -> None:
        self.reader = threading.Thread(target=self._drain)
        self.reader.start()

    def count(self) -> int:
        """How many records it has held, up to its last byte."""
        self.stopped.set()
        self.reader.join()
        return self.read.count(b'"decide"')

    def _drain(self) -> None:
        while not self.stopped.is_set() or self._holds(0):
            if self._holds(0.01):
                self.read += os.read(self.ends[0], 1 << 16)

    def _holds(self, wait_s: float) -> bool:
        poll = (
            select.poll()
        )  # select() knows no descriptor above 1023, and ports that are held are descriptors
        poll.register(self.ends[0], select.POLLIN)
        return poll.poll(1000 * wait_s) != []


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.stopped.set()
    made.writing.close()
    os.close(made.ends[0])


async def opened(folder: Path, pipe: Pipe, when_full: str) -> Gateway:
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    free = {"host": "127.0.0.1", "port": 0}
    config = served(listeners={"decision": free, "keys": free, "admin": free}, audit={"when_full": when_full})
    world = load_world(write(folder, config))
    return await start(open_setting(world, pipe.writing), world, {}, open_single)


async def page(gateway: Gateway, path: bytes) -> tuple[int, bytes]:
    async with connection(gateway._listeners[1].port) as (reader, writer):
        writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: admin\r\n\r\n")
        status, _, body = await answer(reader)
    return status, body


@pytest.mark.usefixtures("process_hooks")
@pytest.mark.parametrize("when_full", ["wait", "drop"])
async def test_requests_wait_for_a_reader_of_the_records(
    tmp_path: Path, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, when_full: str
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 50_000)
    token, statuses = good_token(), list[int]()
    gateway = await opened(tmp_path, pipe, when_full)
    lines = gateway.setting.lines

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(EACH):
            writer.write(presenting(token))
            statuses.append((await answer(reader))[0])

    try:
        async with connections(gateway._front.ports["decision"], CLIENTS) as opened_ones:
            asking = asyncio.gather(*(client(*each) for each in opened_ones))
            await until(lambda: lines.full or asking.done())
            if when_full == "wait":
                assert (await page(gateway, b"/livez"))[0] == 200
                status, metrics = await page(gateway, b"/metrics")
                assert status == 200
                decided = sum(
                    float(line.split()[-1]) for line in metrics.splitlines() if b"decisions_total{" in line
                )
                assert decided < CLIENTS * EACH
                assert not asking.done()
            pipe.begin()
            await asking
    finally:
        await gateway.stop()
    assert statuses == [200] * CLIENTS * EACH
    assert (lines.dropped == 0) is (when_full == "wait")
    assert pipe.count() == CLIENTS * EACH - lines.dropped
