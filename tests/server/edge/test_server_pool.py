"""Connections to one server: kept, bounded, let go."""

import asyncio
from ssl import SSLContext

from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import Server, ServerPool
from gateway.server.edge.upstream_connection import UpstreamConnection
from gateway.tls.client import Trust, trusted_of
from gateway.tls.pair import Pair
from gateway.tls.server import Certificates, Handshakes
from tests.server.edge.edged import PATIENCE_S, Backend, Peer, StartBackend, until
from tests.tls.authority import Authority


class Waiting:
    def __init__(self) -> None:
        self.told: asyncio.Future[UpstreamConnection | None] = asyncio.get_running_loop().create_future()
        self.bugs: list[BaseException] = []
        self.bug: BaseException | None = None
        self.fault: EdgeFault | None = None

    def connected(self, connection: UpstreamConnection) -> None:
        if self.bug is not None:
            raise self.bug
        self.told.set_result(connection)

    def unreachable(self, fault: EdgeFault) -> None:
        self.fault = fault
        self.told.set_result(None)

    def failed(self, bug: BaseException) -> None:
        self.bugs.append(bug)


async def connected(pool: ServerPool) -> UpstreamConnection:
    waiting = Waiting()
    pool.connect(waiting)
    async with asyncio.timeout(PATIENCE_S):
        connection = await waiting.told
    assert connection is not None
    return connection


async def silent(peer: Peer) -> None:
    await peer.end()


def pool_of(behind: Backend, limits: EdgeLimits | None = None) -> ServerPool:
    return ServerPool(behind.server, limits or EdgeLimits())


async def test_the_last_used_is_the_next(backend: StartBackend) -> None:
    pool = pool_of(await backend(silent))
    assert pool.take() is None
    one, two = await connected(pool), await connected(pool)
    assert not one.used
    pool.give_back(one)
    pool.give_back(two)
    assert (pool.take(), pool.take(), pool.take()) == (two, one, None)
    assert one.used
    assert pool.open == 2


async def test_as_many_are_kept_as_there_may_be(backend: StartBackend) -> None:
    behind = await backend(silent)
    pool = pool_of(behind, EdgeLimits(idle_connections=1))
    for connection in (await connected(pool), await connected(pool)):
        pool.give_back(connection)
    await until(lambda: pool.open == 1)
    assert pool.idle == 1


async def test_an_idle_one_is_closed_before_its_server_does_it(backend: StartBackend) -> None:
    behind = await backend(silent)
    pool = pool_of(behind, EdgeLimits(keepalive_s=0.05))
    for _ in range(2):
        pool.give_back(await connected(pool))
        await asyncio.sleep(0.03)
    await until(lambda: not pool.open)
    assert pool.idle == 0
    await until(lambda: all(peer.reader.at_eof() for peer in behind.peers))


async def test_one_that_its_server_closes_is_not_given_out(backend: StartBackend) -> None:
    behind = await backend(silent)
    pool = pool_of(behind)
    pool.give_back(await connected(pool))
    await until(lambda: behind.peers)
    behind.peers[0].writer.close()
    await until(lambda: not pool.open)
    assert pool.take() is None


async def test_a_refusal_is_told_and_the_server_rests(backend: StartBackend) -> None:
    behind = await backend()
    behind.refuse()
    pool = pool_of(behind, EdgeLimits(rest_s=0.05))
    waiting = Waiting()
    pool.connect(waiting)
    assert await waiting.told is None
    assert waiting.fault is EdgeFault.UNREACHABLE
    assert pool.resting
    await until(lambda: not pool.resting)


async def test_a_name_that_is_none_is_a_refusal() -> None:
    pool = ServerPool(Server(host="a" * 64 + ".invalid", port=1), EdgeLimits())
    waiting = Waiting()
    pool.connect(waiting)
    assert await waiting.told is None


# --- TLS ---

OURS, THEIRS = Authority("ours"), Authority("theirs")
SPIFFE = "spiffe://cluster.local/ns/shop/sa/orders"
HOST = "orders.shop.example"


def shown(*names: str, authority: Authority = OURS) -> SSLContext:
    """What a server shows that knows its callers by OURS, and wants to."""
    own = authority.serving(*names)
    certificates = Certificates(chain=own.chain, key=own.key, client_ca=OURS.pem, client_required=True)
    return Handshakes(certificates).context


def us() -> Pair:
    own = OURS.client("spiffe://cluster.local/edge")
    return Pair(chain=own.chain, key=own.key)


def secured(behind: Backend, *names: str, name: str | None = None) -> ServerPool:
    trust = Trust(authority=OURS.pem, names=frozenset(names), shows=us())
    server = Server(host="127.0.0.1", port=behind.port, trust=trust, name=name)
    return ServerPool(server, EdgeLimits(), trusted_of(trust))


async def test_each_side_shows_who_it_is(backend: StartBackend) -> None:
    behind = await backend(silent, shown(HOST, SPIFFE))
    for pool in (
        secured(behind, name=HOST),
        secured(behind, SPIFFE),
        secured(behind, "other", HOST, name="some.example"),
    ):
        assert (await connected(pool)).alive
    seen = [peer.writer.get_extra_info("peercert")["subjectAltName"] for peer in behind.peers]
    assert seen == [(("URI", "spiffe://cluster.local/edge"),)] * 3


async def test_nothing_is_said_to_a_server_that_is_another(backend: StartBackend) -> None:
    here, there = await backend(silent, shown(HOST)), await backend(silent, shown(HOST, authority=THEIRS))
    for pool in (
        secured(here),
        secured(here, SPIFFE, name=HOST),
        secured(here, "shop.example"),
        secured(there, HOST),
    ):
        waiting = Waiting()
        pool.connect(waiting)
        async with asyncio.timeout(PATIENCE_S):
            assert await waiting.told is None
        assert waiting.fault is EdgeFault.UNTRUSTED
        assert (pool.open, pool.resting) == (0, True)
    await until(lambda: all(peer.ended for peer in here.peers))
    assert here.seen == b""


async def test_a_connection_that_is_called_off_is_nobody_s(backend: StartBackend) -> None:
    pool = pool_of(await backend(silent))
    waiting = Waiting()
    pool.connect(waiting)()
    await asyncio.sleep(0.02)
    assert not waiting.told.done()
    assert pool.open == 0


async def test_a_defect_of_who_waits_is_told_to_it(backend: StartBackend) -> None:
    pool = pool_of(await backend(silent))
    waiting = Waiting()
    waiting.bug = LookupError()
    pool.connect(waiting)
    await until(lambda: waiting.bugs)
    assert waiting.bugs == [waiting.bug]


async def test_retired_it_keeps_nothing(backend: StartBackend) -> None:
    pool = pool_of(await backend(silent))
    idle, busy = await connected(pool), await connected(pool)
    pool.give_back(idle)
    pool.retire()
    await until(lambda: pool.open == 1)
    assert busy.alive
    pool.give_back(busy)
    await until(lambda: not pool.open)
