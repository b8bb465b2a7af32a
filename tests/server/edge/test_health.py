"""A server that says it is ill is asked nothing else."""

import asyncio

import pytest

from gateway.server.edge.health import authority
from gateway.server.edge.upstreams import Check, Upstream
from tests.server.edge.edged import (
    Backend,
    Edged,
    Incomplete,
    Peer,
    StartBackend,
    StartEdge,
    get,
    requests,
    until,
)

CHECK = Check(path="/healthz", host="checked", every_s=0.01, timeout_s=0.05)
CLOSE = b"Connection: close"


class Health:
    """What a backend says when it is asked for it; to all else it says ok."""

    def __init__(self) -> None:
        self.says: bytes | None = b"HTTP/1.1 204 OK\r\n\r\n"

    async def script(self, peer: Peer) -> None:
        while True:
            request = await peer.request()
            if request.target != b"/healthz":
                await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            elif self.says is None:
                raise Incomplete
            elif self.says:
                await peer.say(self.says)
            else:
                await peer.end()


async def checked(edge: StartEdge, *backends: Backend) -> Edged:
    servers = tuple(one.server for one in backends)
    return await edge(upstreams={"backend": Upstream(servers=servers, check=CHECK)})


def well(edged: Edged) -> list[bool]:
    return [server.well for server in edged.upstreams["backend"].servers]


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 503 No\r\n\r\n",
        b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        b"hello",
        None,
        b"",
    ],
    ids=["503", "404", "no answer", "closes", "says nothing"],
)
async def test_who_is_ill_is_not_asked_until_it_is_well(
    edge: StartEdge, backend: StartBackend, says: bytes | None
) -> None:
    health = Health()
    behind = await backend(health.script)
    edged = await checked(edge, behind)
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert answer.body == b"ok"
    health.says = says
    await until(lambda: well(edged) == [False])
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, edged.faults) == (503, ["no_upstream"])
    health.says = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 301 X\r\nLocation: /\r\n\r\n"
    await until(lambda: well(edged) == [True])
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert answer.body == b"ok"


async def test_the_others_take_its_requests(edge: StartEdge, backend: StartBackend) -> None:
    ill, fine = Health(), Health()
    ill.says = b"HTTP/1.1 500 X\r\n\r\n"
    one, two = await backend(ill.script), await backend(fine.script)
    edged = await checked(edge, one, two)
    await until(lambda: well(edged) == [False, True])
    for _ in range(4):
        (answer,) = await edged.ask(get(b"/", CLOSE))
        assert answer.body == b"ok"
    asked = [request.target for peer in one.peers for request in requests(bytes(peer.seen))[0]]
    assert set(asked) == {b"/healthz"}


async def test_one_that_takes_no_connection_is_ill(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    behind.refuse()
    edged = await checked(edge, behind)
    await until(lambda: well(edged) == [False])


async def test_whom_nobody_checks_any_more_is_well(edge: StartEdge, backend: StartBackend) -> None:
    health = Health()
    health.says = b"HTTP/1.1 500 X\r\n\r\n"
    behind = await backend(health.script)
    edged = await checked(edge, behind)
    await until(lambda: well(edged) == [False])
    edged.upstreams.adopt({"backend": Upstream(servers=(behind.server,))})
    assert well(edged) == [True]
    asked = len(behind.peers)
    await asyncio.sleep(0.05)
    assert len(behind.peers) <= asked + 1
    assert well(edged) == [True]


def test_an_address_is_written_as_host_writes_it() -> None:
    assert (authority("orders", 80), authority("2001:db8::1", 8443)) == ("orders:80", "[2001:db8::1]:8443")
