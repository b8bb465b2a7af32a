"""Does the client count every answer, and notice each that is not what it should be?"""

import asyncio
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from os import getpid
from pathlib import Path

import pytest

from loadtest import drive as driving
from loadtest.drive import PLACEHOLDER, Traffic, Unexpected, drive
from loadtest.requests import write
from tests.wire.components import REPOSITORY, Component, locate

pytestmark = pytest.mark.wire

SOURCE = REPOSITORY / "loadtest" / "client"
GOOD = b"HTTP/1.1 200 OK\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module", autouse=True)
def _client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    program = tmp_path_factory.mktemp("client") / "loadclient"
    subprocess.run([locate(Component.GO), "build", "-o", program, "."], cwd=SOURCE, check=True, timeout=240)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driving, "CLIENT", program)
        yield


@contextmanager
def _serving(serve: Serve) -> Iterator[int]:
    """A server in a thread of this process; gives its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _answering(
    answer: bytes, heads: list[bytes] | None = None, *, close: bool = False, pause_s: float = 0
) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if heads is not None:
                    heads.append(head)
                await asyncio.sleep(pause_s)
                writer.write(answer)
                await writer.drain()
                if close:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


def _requests(folder: Path, count: int = 3) -> str:
    file = folder / "requests"
    write(
        file, (f"GET /{number}/{PLACEHOLDER} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for number in range(count))
    )
    return str(file)


def _traffic(folder: Path, port: int, **other: object) -> Traffic:
    given = {"name": "load", "port": port, "requests": _requests(folder), "connections": 2, **other}
    return Traffic(**given)  # type: ignore[arg-type]  # each test names a few fields


def test_each_request_is_answered_and_counted_and_differs(tmp_path: Path) -> None:
    heads: list[bytes] = []
    with _serving(_answering(GOOD, heads)) as port:
        traffic = _traffic(tmp_path, port, warm_count=4, count=6, header="authorization")
        window = drive(getpid(), traffic, seconds=30, warm_s=30)
    assert (window.answered, window.seen[0].statuses) == (6, {"200": 6})
    assert len(heads) == 10
    assert len(set(heads)) == 10
    assert Counter(head.split(b"/")[1] for head in heads) == {b"0": 4, b"1": 3, b"2": 3}


def test_connections_that_the_server_closes_as_asked(tmp_path: Path) -> None:
    with _serving(_answering(GOOD, close=True)) as port:
        window = drive(getpid(), _traffic(tmp_path, port, count=8, fresh=True), seconds=30, warm_s=0)
    assert window.answered == 8


def test_two_kinds_are_told_apart(tmp_path: Path) -> None:
    with _serving(_answering(GOOD)) as good, _serving(_answering(GOOD.replace(b"200", b"401"))) as bad:
        loads = (
            _traffic(tmp_path, good, count=20, rate=1000.0),
            _traffic(tmp_path, bad, name="beside", rate=1000.0, statuses=(401,)),
        )
        window = drive(getpid(), *loads, seconds=30, warm_s=0)
    assert [one.name for one in window.seen] == ["load", "beside"]
    assert window.seen[1].statuses == {"401": window.seen[1].answered}


def test_latency_counts_from_when_a_request_was_due(tmp_path: Path) -> None:
    # One connection, an answer after 50 ms, a request due every 5 ms: the tenth has waited for nine.
    with _serving(_answering(GOOD, pause_s=0.05)) as port:
        traffic = _traffic(tmp_path, port, count=10, rate=200.0, connections=1)
        seen = drive(getpid(), traffic, seconds=30, warm_s=0).seen[0]
    assert seen.max_us >= 10 * 50_000 - 9 * 5_000


def test_what_is_never_sent_counts_as_late(tmp_path: Path) -> None:
    with _serving(_answering(GOOD, pause_s=0.2)) as port:
        traffic = _traffic(tmp_path, port, rate=1000.0, connections=1)
        seen = drive(getpid(), traffic, seconds=0.5, warm_s=0).seen[0]
    assert seen.unsent > 0
    assert seen.p50_us > 100_000


@pytest.mark.parametrize(
    ("answer", "close", "what"),
    [
        (GOOD.replace(b"200", b"503"), False, "status 503"),
        (GOOD.replace(b"Authorization", b"X-Other"), False, "without authorization"),
        (GOOD.replace(b"Bearer x", b""), False, "without authorization"),
        (GOOD, True, "closed although it was to be kept|closed without an answer|while sending"),
        (b"HTTP/1.1 200 OK\r\n\r\n", False, "an answer that is not one"),
        (GOOD + GOOD, False, "more than one answer"),
        (b"", True, "closed without an answer"),
    ],
)
def test_any_other_answer_fails_the_run(tmp_path: Path, answer: bytes, close: bool, what: str) -> None:  # noqa: FBT001
    with _serving(_answering(answer, close=close)) as port:
        traffic = _traffic(tmp_path, port, count=6, header="authorization")
        with pytest.raises(Unexpected, match=what):
            drive(getpid(), traffic, seconds=30, warm_s=0)


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as held:  # else somebody else may be given the port meanwhile
        held.bind(("127.0.0.1", 0))
        traffic = _traffic(tmp_path, held.getsockname()[1], count=2)
        with pytest.raises(Unexpected, match=r"while sending|cannot connect|without an answer"):
            drive(getpid(), traffic, seconds=30, warm_s=0)


def test_the_clients_own_tests() -> None:
    subprocess.run([locate(Component.GO), "test", "./..."], cwd=SOURCE, check=True, timeout=240)
