"""One connection tells its exchange what happens, and nobody else."""

import asyncio

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import ServerPool
from gateway.server.edge.upstream_connection import UpstreamConnection
from tests.server.edge.edged import Peer, StartBackend, until
from tests.server.edge.test_server_pool import connected


class Told:
    def __init__(self, bug: BaseException | None = None) -> None:
        self.what: list[object] = []
        self.bug = bug

    def received(self, data: bytes) -> None:
        self.what.append(data)
        if self.bug is not None:
            raise self.bug

    def upstream_lost(self, *, in_order: bool) -> None:
        self.what.append(("lost", in_order))

    def upstream_full(self) -> None:
        self.what.append("full")

    def upstream_takes(self) -> None:
        self.what.append("takes")

    def failed(self, bug: BaseException) -> None:
        self.what.append(bug)


async def linked(backend: StartBackend, told: Told) -> tuple[UpstreamConnection, Peer]:
    async def script(peer: Peer) -> None:
        await asyncio.Event().wait()

    behind = await backend(script)
    connection = await connected(ServerPool(behind.server, EdgeLimits(buffer_bytes=1000)))
    connection.exchange = told
    await until(lambda: behind.peers)
    return connection, behind.peers[0]


async def test_what_comes_and_how_it_ends(backend: StartBackend) -> None:
    for reset in (False, True):
        told = Told()
        _, peer = await linked(backend, told)
        await peer.say(b"abc")
        await until(lambda: told.what)  # noqa: B023
        peer.reset() if reset else peer.writer.close()
        await until(lambda: len(told.what) == 2)  # noqa: B023
        assert told.what == [b"abc", ("lost", not reset)]


async def test_a_defect_is_told_to_the_exchange(backend: StartBackend) -> None:
    bug = LookupError()
    told = Told(bug)
    _, peer = await linked(backend, told)
    await peer.say(b"abc")
    await until(lambda: len(told.what) == 2)
    assert told.what == [b"abc", bug]


async def test_what_the_server_does_not_take(backend: StartBackend) -> None:
    told = Told()
    connection, peer = await linked(backend, told)
    connection.transport.write(b"x" * 20_000_000)
    await until(lambda: told.what == ["full"])
    reading = asyncio.create_task(peer.end())
    await until(lambda: told.what == ["full", "takes"])
    reading.cancel()
    connection.discard()


async def test_a_pause_holds_what_comes(backend: StartBackend) -> None:
    told = Told()
    connection, peer = await linked(backend, told)
    connection.pause_reading()
    connection.pause_reading()
    await peer.say(b"abc")
    await asyncio.sleep(0.02)
    assert not told.what
    connection.resume_reading()
    await until(lambda: told.what == [b"abc"])
    connection.discard()


async def test_after_the_end_nobody_is_told(backend: StartBackend) -> None:
    told = Told()
    connection, peer = await linked(backend, told)
    connection.discard()
    assert not connection.alive
    connection.pause_reading()
    connection.resume_reading()
    await peer.end()
    assert not told.what
