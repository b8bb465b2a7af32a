"""Is anything lost of what is under way while the gateway stops, or goes by another configuration?"""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest

from tests.app.process import reload, running
from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend, opened
from tests.edge.raw_request import PATIENCE_S, request, until_closed
from tests.edge.recorder import Recorder
from tests.edge.stack import configuration, edge_before, host_of, token
from tests.edge.streams import MIB, digest_of
from tests.server.edge.edged import Incomplete, Message, answers
from tests.wire.components import Component, version
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

SIZE = 64 * MIB


def refuses(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(PATIENCE_S)
        return client.connect_ex(("127.0.0.1", port)) != 0


def one_answer(client: socket.socket) -> Message:
    """All of it, however many segments it comes in."""
    came = b""
    while more := client.recv(65536):
        came += more
        with suppress(Incomplete):
            return answers(came)[0]
    raise AssertionError(came)


def ended(gateway: GatewayProcess) -> int | None:
    wait_until(lambda: gateway.program.exit_code is not None, lambda: "it does not end")
    return gateway.program.exit_code


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    with opened("go", tmp_path / "go") as running:
        record(request.node, "go", version(Component.GO))
        yield running


def test_a_download_that_runs_is_finished_and_nothing_else_begun(server: Backend, tmp_path: Path) -> None:
    with edge_before(tmp_path / "gateway", {"go": server.port}) as gateway:
        with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
            idle = socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S)
            idle.sendall(request("go", f"GET {fresh()} HTTP/1.1".encode()))
            assert one_answer(idle).status == 200
            client.sendall(request("go", f"GET /v1/bytes/{SIZE}s HTTP/1.1".encode()))
            came = client.recv(65536)
            gateway.program.send(signal.SIGTERM)
            wait_until(lambda: refuses(gateway.edge_port), lambda: "it still takes connections")
            assert until_closed(idle) == b""  # a connection without a request is closed at once
            idle.close()
            (answer,) = answers(came + until_closed(client))
        assert answer.status == 200
        assert sha256(answer.body).hexdigest() == digest_of(SIZE)
        assert ended(gateway) == 0


def test_an_upload_that_runs_is_finished(tmp_path: Path) -> None:
    content = bytes(MIB)
    with Recorder() as server, edge_before(tmp_path, {"raw": server.port}) as gateway:
        with socket.create_connection(("127.0.0.1", gateway.edge_port), timeout=PATIENCE_S) as client:
            client.sendall(request("raw", b"POST /v1/x HTTP/1.1", b"Content-Length: %d" % MIB))
            client.sendall(content[:1000])
            wait_until(lambda: len(server.streams) == 1, lambda: "it has not come")
            gateway.program.send(signal.SIGTERM)
            wait_until(lambda: refuses(gateway.edge_port), lambda: "it still takes connections")
            client.sendall(content[1000:])
            (answer,) = answers(until_closed(client))
        assert (answer.status, answer.values(b"connection")) == (200, [b"close"])
        assert server.only("/v1/x").digest == sha256(content).hexdigest()
        assert ended(gateway) == 0


async def more_than(found: list[int], count: int) -> None:
    await asyncio.to_thread(wait_until, lambda: len(found) > count, lambda: "nothing is answered any more")


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_reload_loses_no_request(tmp_path: Path, workers: int) -> None:
    at_once, times = 200, 4
    with Recorder() as first, Recorder() as second:
        worlds = [configuration({"raw": one.port}) for one in (first, second)]
        with running(tmp_path, worlds[0], workers=workers) as gateway:
            done, statuses = asyncio.Event(), list[int]()

            async def keep_asking(session: aiohttp.ClientSession) -> None:
                headers = {"Host": host_of("raw"), "Authorization": f"Bearer {token()}"}
                while not done.is_set():
                    url = f"http://127.0.0.1:{gateway.edge_port}{fresh()}"
                    async with session.get(url, headers=headers) as answer:
                        await answer.read()
                        statuses.append(answer.status)

            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                asking = [asyncio.create_task(keep_asking(session)) for _ in range(at_once)]
                for number in range(1, times + 1):
                    await asyncio.to_thread(reload, gateway, worlds[number % 2])
                    await more_than(statuses, len(statuses) + at_once)
                done.set()
                await asyncio.gather(*asking)
            assert set(statuses) == {200}
            seen = {one.target for server in (first, second) for one in server.seen()}
            assert len(seen) == len(statuses)
            assert min(len(first.seen()), len(second.seen())) > 0
            assert ask(gateway, "raw", fresh()).status == 200
