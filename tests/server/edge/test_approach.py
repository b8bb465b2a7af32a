"""The attempts of one request."""

from gateway.server.edge.approach import Approach
from gateway.server.edge.fault import EdgeFault
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import Server
from gateway.server.edge.upstreams import Upstream, UpstreamPool, Upstreams
from tests.server.edge.edged import StartBackend
from tests.server.edge.test_server_pool import Waiting, connected

LIMITS = EdgeLimits(attempts=2)


def pool_of(*servers: Server, max_requests: int | None = None) -> UpstreamPool:
    return Upstreams({"u": Upstream(servers=servers, max_requests=max_requests)}, LIMITS)["u"]


def nowhere(port: int) -> Server:
    return Server(host="127.0.0.1", port=port)


async def test_an_idle_connection_is_there_at_once(backend: StartBackend) -> None:
    behind = await backend()
    pool = pool_of(behind.server)
    idle = await connected(pool.servers[0])
    pool.servers[0].give_back(idle)
    approach = Approach(pool, LIMITS)
    assert approach.next(Waiting()) is idle
    assert pool.servers[0].outstanding == 1
    approach.give_back(idle)
    approach.leave()
    approach.leave()
    assert (pool.servers[0].outstanding, pool.servers[0].idle) == (0, 1)
    waiting = Waiting()
    assert Approach(pool, LIMITS).next(waiting, fresh=True) is None
    assert await waiting.told is not idle


async def test_each_server_is_tried_once_and_as_many_as_there_may_be() -> None:
    pool = pool_of(nowhere(1), nowhere(2), nowhere(3))
    approach = Approach(pool, LIMITS)
    for fault in (EdgeFault.UNREACHABLE, EdgeFault.CONNECT_TIMEOUT):
        assert approach.next(Waiting()) is None
        assert sum(server.outstanding for server in pool.servers) == 1
        approach.turn_from(fault)
    assert approach.next(Waiting()) is EdgeFault.CONNECT_TIMEOUT
    assert [server.outstanding for server in pool.servers] == [0, 0, 0]
    assert sum(server.resting for server in pool.servers) == 1


async def test_the_last_reason_stands() -> None:
    approach = Approach(pool_of(nowhere(1)), LIMITS)
    assert approach.next(Waiting()) is None
    approach.turn_from(EdgeFault.UNREACHABLE)
    assert approach.next(Waiting()) is EdgeFault.UNREACHABLE
    for none in (pool_of(), None):
        assert Approach(none, LIMITS).next(Waiting()) is EdgeFault.NO_UPSTREAM


async def test_a_full_upstream_is_not_approached() -> None:
    assert Approach(pool_of(nowhere(1), max_requests=0), LIMITS).next(Waiting()) is EdgeFault.BUSY
