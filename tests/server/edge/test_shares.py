"""Nobody takes more than a share, and nobody is remembered who has gone."""

from gateway.dialects.wire import Forward, HttpRequest
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.shares import Shares
from tests.server.edge.edged import Edged, Peer, StartBackend, StartEdge, forward, get, post, says, until

CLOSE = b"Connection: close"


def test_counts_by_who_asks_and_forgets_the_last() -> None:
    shares = Shares(2)
    assert [shares.take(b"a"), shares.take(b"a"), shares.take(b"a"), shares.take(b"b")] == [
        True,
        True,
        False,
        True,
    ]
    shares.give_back(b"a")
    assert shares.take(b"a")
    for share in (b"a", b"a", b"b"):
        shares.give_back(share)
    assert len(shares) == 0


def by_target(request: HttpRequest) -> Forward:
    """The first letter of the target is whose request it is; `-` nobody's."""
    who = request.target[1:2]
    return forward(request)._replace(share=None if who == b"-" else who)


async def silent(peer: Peer) -> None:
    await peer.end()


def under_way(edged: Edged) -> int:
    return sum(server.outstanding for server in edged.upstreams["backend"].servers)


async def test_a_principal_has_so_many_at_once_and_others_theirs(
    edge: StartEdge, backend: StartBackend
) -> None:
    edged = await edge(await backend(silent), handler=by_target, limits=EdgeLimits(share_requests=2))
    waiting = [await edged.connect() for _ in range(5)]
    for (_, writer), target in zip(waiting, (b"/a", b"/a", b"/b", b"/-", b"/-"), strict=True):
        writer.write(get(target))
    await until(lambda: under_way(edged) == 5)
    for ask in (get(b"/a", CLOSE), post(b"/a", b"abc", CLOSE)):
        (answer,) = await edged.ask(ask)
        assert (answer.status, answer.values(b"retry-after")) == (429, [b"1"])
    assert edged.faults == ["share"] * 2
    waiting[0][1].transport.abort()
    await until(lambda: under_way(edged) == 4)
    waiting.append(await edged.connect())
    waiting[-1][1].write(get(b"/a"))
    await until(lambda: under_way(edged) == 5)
    for _, writer in waiting:
        writer.transport.abort()
    await until(lambda: not under_way(edged))


async def test_whatever_becomes_of_it_a_share_is_given_back(edge: StartEdge, backend: StartBackend) -> None:
    answers = {
        "whole": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart",
        "bad": b"hello",
        "lost": b"",
        "closing": b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
    }
    for said in answers.values():
        edged = await edge(
            await backend(says(said, close=True)), handler=by_target, limits=EdgeLimits(share_requests=1)
        )
        for _ in range(2):
            await edged.say(get(b"/a", CLOSE))
        assert "share" not in edged.faults
