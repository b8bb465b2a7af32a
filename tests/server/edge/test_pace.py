"""A body that trickles is not waited for; one that comes, and an answer however slow, is."""

import asyncio

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.pace import Pace
from tests.server.edge.edged import PATIENCE_S, Peer, StartBackend, StartEdge, answers, asks, get

CLOSE = b"Connection: close"
SLOW = EdgeLimits(body_rate=1000, body_window_s=10)
WIRE = EdgeLimits(body_rate=1000, body_window_s=0.05)


def test_what_comes_in_a_window_is_measured_against_its_length() -> None:
    pace = Pace(SLOW, 0)
    assert pace.keeps_up(1, 9.9)
    assert not pace.keeps_up(1, 10)
    pace = Pace(SLOW, 0)
    assert pace.keeps_up(10_000, 10)
    assert pace.keeps_up(1, 19)
    assert not pace.keeps_up(1, 20)
    assert not Pace(SLOW, 0).keeps_up(10_000, 11)


def test_a_time_when_others_were_slow_does_not_count() -> None:
    pace = Pace(SLOW, 0)
    pace.begin(100)
    assert pace.keeps_up(1, 109)


def test_where_any_pace_will_do_none_is_too_slow() -> None:
    assert Pace(EdgeLimits(body_rate=0), 0).keeps_up(0, 1e9)


async def test_a_body_that_trickles_is_408(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind, limits=WIRE)
    for head in (b"Content-Length: 1000", b"Transfer-Encoding: chunked"):
        piece = b"x" if head.startswith(b"C") else b"1\r\nx\r\n"
        reader, writer = await edged.connect()
        writer.write(asks(b"POST", b"/", head))
        async with asyncio.timeout(PATIENCE_S):
            while not reader.at_eof() and not reader._buffer:  # type: ignore[attr-defined]
                writer.write(piece)
                await asyncio.sleep(0.01)
            (answer,) = answers(await reader.read())
        writer.close()
        assert (answer.status, answer.values(b"connection")) == (408, [b"close"])
    assert edged.faults == ["body_timeout"] * 2


async def test_one_that_comes_is_taken_however_long_it_takes(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(), limits=WIRE)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 30000", CLOSE))
    for _ in range(30):
        writer.write(b"x" * 1000)
        await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    writer.close()
    assert answer.body == b"/ 30000"


async def test_an_answer_may_trickle_and_so_may_a_body_once_it_has_begun(
    edge: StartEdge, backend: StartBackend
) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            await peer.say(b"1\r\n.\r\n")
            await asyncio.sleep(0.01)
        await peer.say(b"0\r\n\r\n")

    edged = await edge(await backend(script), limits=WIRE)
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert answer.body == b"." * 20
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 100"))
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(15):
            writer.write(b"x")
            await asyncio.sleep(0.01)
        assert (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()
    assert not edged.faults
