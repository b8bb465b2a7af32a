"""Which server is next, and what a new configuration leaves alone."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.server_pool import ServerPool
from gateway.server.edge.upstreams import Server, Upstream, UpstreamPool, Upstreams
from gateway.tls.client import Trust
from gateway.tls.pair import UnfitCertificates
from gateway.tls.server import Certificates, Handshakes
from tests.server.edge.edged import GET, Peer, StartBackend, StartEdge, answers, get, until
from tests.tls.authority import Authority

A, B, C = (Server(host="127.0.0.1", port=port) for port in (1, 2, 3))
LIMITS = EdgeLimits()
CLOSE = b"Connection: close"


def pool_of(*servers: Server, max_requests: int | None = None) -> UpstreamPool:
    return Upstreams({"u": Upstream(servers=servers, max_requests=max_requests)}, LIMITS)["u"]


def chosen(pool: UpstreamPool, times: int = 6, tried: Iterable[ServerPool] = ()) -> set[int]:
    found = [pool.choose(tuple(tried)) for _ in range(times)]
    return {one.server.port for one in found if one}


async def test_equals_take_turns_and_the_least_busy_is_next() -> None:
    pool = pool_of(A, B, C)
    assert chosen(pool) == {1, 2, 3}
    pool.servers[0].outstanding = 2
    pool.servers[1].outstanding = 1
    assert chosen(pool) == {3}
    pool.servers[2].outstanding = 2
    assert chosen(pool) == {2}


async def test_one_that_refused_is_not_asked_while_others_are_there() -> None:
    pool = pool_of(A, B)
    pool.servers[0].rest()
    assert chosen(pool) == {2}
    assert chosen(pool, tried=pool.servers[1:]) == {1}
    pool.servers[1].rest()
    assert chosen(pool) == {1, 2}


async def test_one_that_is_ill_is_never_asked() -> None:
    for servers in ((A,), (A, B)):
        pool = pool_of(*servers)
        for server in pool.servers:
            server.well = False
        assert pool.choose() is None


async def test_none_is_tried_twice_and_none_is_none() -> None:
    pool = pool_of(A)
    assert pool.choose(pool.servers) is None
    assert pool_of().choose() is None


async def test_there_is_a_limit_for_all_servers_together() -> None:
    pool = pool_of(A, B, max_requests=3)
    pool.servers[0].outstanding = 2
    assert not pool.full
    pool.servers[1].outstanding = 1
    assert pool.full


async def test_another_configuration_leaves_servers_that_stay_alone() -> None:
    upstreams = Upstreams({"u": Upstream(servers=(A, B)), "v": Upstream(servers=(A,))}, LIMITS)
    a, _ = upstreams["u"].servers
    upstreams.adopt({"u": Upstream(servers=(C, A), max_requests=1)})
    assert upstreams["u"].servers[1] is a
    assert [one.server for one in upstreams["u"].servers] == [C, A]
    assert upstreams.get("v") is None


async def test_what_an_upstream_says_of_itself_holds_and_the_rest_is_everybodys() -> None:
    said = Upstream(servers=(A,), max_requests=0, connect_s=1, first_byte_s=2, idle_s=3)
    upstreams = Upstreams({"u": said, "v": Upstream(servers=(A,))}, LIMITS)
    ours = upstreams["u"].limits
    assert (ours.upstream_requests, ours.connect_s, ours.first_byte_s, ours.upstream_idle_s) == (0, 1, 2, 3)
    assert ours.keepalive_s == LIMITS.keepalive_s
    assert upstreams["v"].limits == LIMITS
    upstreams.adopt({"u": Upstream(servers=(A,), connect_s=9)})
    assert upstreams["u"].limits.connect_s == upstreams["u"].servers[0].limits.connect_s == 9


async def test_each_upstream_has_its_own_patience(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        request = await peer.request()
        if request.target == b"/begun":
            await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart")
        await peer.end()

    behind = await backend(script)
    impatient = Upstream(servers=(behind.server,), first_byte_s=0.05, idle_s=0.05)
    edged = await edge(upstreams={"backend": impatient})
    (answer,) = answers(await edged.say(get(b"/", CLOSE)))
    assert (answer.status, edged.faults) == (504, ["upstream_timeout"])
    assert (await edged.say(get(b"/begun"))).endswith(b"part")
    assert edged.faults[1:] == ["cut"]


async def test_certificates_that_change_make_another_server_and_the_same_do_not(
    edge: StartEdge, backend: StartBackend
) -> None:
    authority = Authority()
    own = authority.serving("orders.example")
    shown = Handshakes(Certificates(chain=own.chain, key=own.key)).context
    behind = await backend(ssl=shown)

    def upstreams(pem: bytes) -> dict[str, Upstream]:
        trust = Trust(authority=bytes(bytearray(pem)), names=frozenset({"orders.example"}))
        return {"backend": Upstream(servers=(replace(behind.server, trust=trust),))}

    edged = await edge(upstreams=upstreams(authority.pem))
    for pem, connections in ((authority.pem, 1), (authority.pem + b"\n", 2), (authority.pem + b"\n", 2)):
        edged.upstreams.adopt(upstreams(pem))
        (answer,) = answers(await edged.say(get(b"/", CLOSE)))
        assert (answer.status, len(behind.peers)) == (200, connections)
    await until(lambda: behind.peers[0].ended)
    with pytest.raises(UnfitCertificates):
        edged.upstreams.adopt({**upstreams(b"none"), "other": Upstream(servers=(A,))})
    assert edged.upstreams.get("other") is None
    assert edged.upstreams["backend"].servers[0].idle == 1
    edged.upstreams.adopt(upstreams(Authority().pem))
    (answer,) = answers(await edged.say(get(b"/", CLOSE)))
    assert (answer.status, edged.faults) == (502, ["untrusted"])


async def test_a_request_that_runs_is_finished_though_its_upstream_is_gone(
    edge: StartEdge, backend: StartBackend
) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await go.wait()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind)
    reader, writer = await edged.connect()
    writer.write(GET)
    await until(lambda: behind.seen)
    edged.upstreams.adopt({})
    writer.write(get(b"/", b"Connection: close"))
    go.set()
    first, second = answers(await reader.read())
    assert (first.body, second.status) == (b"done", 503)
    await until(lambda: behind.peers[0].ended)
    writer.close()


async def test_closing_closes_what_is_idle(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind)
    await edged.ask(get(b"/", b"Connection: close"))
    assert edged.upstreams["backend"].servers[0].idle == 1
    edged.upstreams.close()
    await until(behind.peers[0].reader.at_eof)
