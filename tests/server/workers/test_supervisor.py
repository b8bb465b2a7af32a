"""How worker processes are started, started again and ended. Real processes, of a few lines."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from gateway.server.workers import restarts
from gateway.server.workers.messages import Adopted, Listen, Message
from gateway.server.workers.supervisor import Supervisor, Worker
from tests.architecture.source import ROOT

ECHO = """
import socket, sys
sys.path.insert(0, {root!r})
from gateway.server.workers.messages import Adopted, Drain, Listening, decode, encode
end = socket.socket(fileno=int(sys.argv[1]))
def send(message):
    body = encode(message)
    end.sendall(len(body).to_bytes(4, "big") + body)
def read(size):
    octets = b""
    while len(octets) < size:
        more = end.recv(size - len(octets))
        if not more: sys.exit(0)
        octets += more
    return octets
send(Listening())
while True:
    message = decode(read(int.from_bytes(read(4), "big")))
    {body}
"""
"""A worker that says it listens; `body` is what it does with a message."""

OBEYS = "send(Adopted(generation=str(message)))\n    if isinstance(message, Drain): sys.exit(0)"
DEAF = "pass"


def program(body: str) -> str:
    return ECHO.format(root=str(ROOT), body=body)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what processes bring about, also on a busy machine."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Boss:
    def __init__(self) -> None:
        self.workers: list[Worker] = []
        self.messages: list[Message] = []
        self.exits: list[tuple[int, bool]] = []
        self.given_up = 0

    def started(self, worker: Worker) -> None:
        self.workers.append(worker)
        worker.channel.send(Listen(ports={"decision": 1}))

    def heard(self, worker: Worker, message: Message) -> None:
        self.messages.append(message)

    def ended(self, worker: Worker, exit_code: int, *, expected: bool) -> None:
        self.exits.append((exit_code, expected))

    def gave_up(self) -> None:
        self.given_up += 1


@asynccontextmanager
async def supervised(code: str, count: int = 1) -> AsyncIterator[tuple[Supervisor, Boss]]:
    boss = Boss()

    def command(number: int) -> Sequence[str]:
        return (sys.executable, "-c", code, str(number))

    supervisor = Supervisor(count, command=command, boss=boss, clock=time.monotonic)
    try:
        yield supervisor, boss
    finally:
        await supervisor.drain(0)


async def test_workers_are_started_told_and_heard() -> None:
    async with supervised(program(OBEYS), 2) as (supervisor, boss):
        await until(lambda: supervisor.listening == 2)
        await until(lambda: sum(isinstance(each, Adopted) for each in boss.messages) == 2)
        assert len({worker.pid for worker in supervisor}) == 2
        await supervisor.drain(30)
        assert boss.exits == [(0, True)] * 2
        assert list(supervisor) == []
        assert sum("Drain" in str(each) for each in boss.messages) == 2  # its last words were heard


@pytest.mark.long
async def test_a_dead_worker_is_replaced() -> None:
    async with supervised(program(OBEYS)) as (supervisor, boss):
        await until(lambda: supervisor.listening == 1)
        boss.workers[0].kill()
        await until(lambda: len(boss.workers) == 2 and supervisor.listening == 1)
        assert boss.exits == [(-signal.SIGKILL, False)]
        assert boss.workers[1].pid != boss.workers[0].pid
        assert boss.given_up == 0


@pytest.mark.long
async def test_a_worker_that_dies_at_once_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restarts, "FIRST_WAIT_S", 0.001)
    async with supervised("raise SystemExit(3)") as (_, boss):
        await until(lambda: boss.given_up == 1)
        assert boss.exits == [(3, False)] * restarts.GIVE_UP


async def test_a_worker_that_does_not_end_is_killed() -> None:
    async with supervised(program(DEAF)) as (supervisor, boss):
        await until(lambda: supervisor.listening == 1)
        await supervisor.drain(0)
        assert boss.exits == [(-signal.SIGKILL, True)]


@pytest.mark.long
async def test_one_that_talks_nonsense_is_replaced() -> None:
    async with supervised(program("end.sendall(bytes((0, 0, 0, 2, 64, 64)))")) as (_, boss):
        await until(lambda: len(boss.workers) >= 2)
        assert not boss.exits[0][1]
