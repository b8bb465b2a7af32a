"""A WebSocket from end to end, and its end."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import Forward, HttpRequest
from gateway.server.edge.fault import FaultyRequest
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.response_head import AnswerReader, FaultyAnswer
from gateway.server.edge.tunnel import Tunnel, switches, upgradable
from gateway.server.http1.after import After
from gateway.server.http1.head import Frame
from tests.server.edge.edged import (
    PATIENCE_S,
    Edged,
    Peer,
    StartBackend,
    StartEdge,
    asks,
    forward,
    get,
    post,
    requests,
    until,
)

SHAKE = get(
    b"/chat",
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Key: a2V5",
    b"Sec-WebSocket-Version: 13",
)
SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n"
    b"Sec-WebSocket-Accept: YWNj\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 \r\nsec-websocket-accept: YWNj\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n"


def upgrades(request: HttpRequest) -> Forward:
    return forward(request)._replace(upgrade=b"websocket")


def ends_at(until_s: float) -> Callable[[HttpRequest], Forward]:
    return lambda request: upgrades(request)._replace(until=until_s)


async def echoes(peer: Peer) -> None:
    await peer.head()
    await peer.say(SWITCH)
    seen = len(peer.seen)
    await peer.say(bytes(peer.seen[peer._read :]))
    while await peer.receive():
        await peer.say(bytes(peer.seen[seen:]))
        seen = len(peer.seen)


async def shake(edged: Edged) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await edged.connect()
    writer.write(SHAKE)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readuntil(b"\r\n\r\n") == SWITCHED
    return reader, writer


async def test_bytes_go_both_ways_once_both_have_switched(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend(echoes)
    edged = await edge(behind, handler=upgrades)
    reader, writer = await shake(edged)
    (seen,), _ = requests(bytes(behind.peers[0].seen))
    assert seen.headers == [
        (b"host", b"edge"),
        (b"sec-websocket-key", b"a2V5"),
        (b"sec-websocket-version", b"13"),
        (b"connection", b"Upgrade"),
        (b"upgrade", b"websocket"),
    ]
    for octets in (1, 1000, 3_000_000):
        sent = b"\x82\x03" + b"x" * octets
        writer.write(sent)
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.readexactly(len(sent)) == sent
    assert edged.upstreams["backend"].servers[0].outstanding == 1
    writer.close()
    await until(lambda: behind.peers[0].ended)
    await until(lambda: not edged.upstreams["backend"].servers[0].outstanding)
    assert not edged.bugs


async def test_what_both_said_with_the_switch_is_not_lost(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await asyncio.sleep(0.01)
        await peer.say(SWITCH + b"hello")
        while b"early" not in peer.seen:
            await peer.receive()
        await peer.say(b"seen")

    edged = await edge(await backend(script), handler=upgrades)
    assert await edged.say(SHAKE + b"ear", b"ly") == SWITCHED + b"helloseen"


async def test_a_handshake_into_a_closing_connection_is_sent_again(
    edge: StartEdge, backend: StartBackend
) -> None:
    async def script(peer: Peer) -> None:
        if (await peer.request()).target == b"/chat":
            await peer.say(SWITCH + b"hello")
            return
        await peer.say(b"HTTP/1.1 204 OK\r\n\r\n")
        await peer.head()

    behind = await backend(script)
    edged = await edge(behind, handler=lambda r: forward(r) if r.target == b"/" else upgrades(r))
    said = await edged.say(get(b"/") + SHAKE)
    assert said == b"HTTP/1.1 204 No Content\r\n\r\n" + SWITCHED + b"hello"
    assert len(behind.peers) == 2


async def test_any_other_answer_is_an_ordinary_one(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")

    edged = await edge(await backend(script), handler=upgrades)
    (answer,) = await edged.ask(SHAKE + get(b"/behind"))
    assert (answer.status, answer.body, answer.values(b"connection")) == (403, b"no", [b"close"])


SWITCHES = {
    "another protocol": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "two protocols": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n",
    "a list": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n",
    "no protocol": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\n\r\n",
    "no connection": b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n",
    "with a body": SWITCH.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n"),
}


@pytest.mark.parametrize("switch", SWITCHES.values(), ids=SWITCHES)
async def test_a_switch_to_anything_else_is_502(
    edge: StartEdge, backend: StartBackend, switch: bytes
) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(switch + b"HTTP/1.1 200 OK\r\n\r\nsmuggled")
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind, handler=upgrades)
    (answer,) = await edged.ask(SHAKE)
    assert (answer.status, edged.faults) == (502, ["bad_answer"])
    assert not is_a_switch(switch)


def is_a_switch(raw: bytes) -> bool:
    reader = AnswerReader(EdgeLimits())
    reader.feed(raw)
    try:
        head = reader.next()
    except FaultyAnswer:
        return False
    return head is not None and switches(head, b"websocket")


def test_a_switch_names_its_protocol_and_its_connection() -> None:
    assert is_a_switch(SWITCH)
    assert is_a_switch(SWITCH.replace(b"n: upgrade", b"n: keep-alive, Upgrade"))


async def test_an_upgrade_with_a_body_is_refused(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend(echoes)
    edged = await edge(behind, handler=upgrades)
    (answer,) = await edged.ask(post(b"/", b"abc", b"Connection: Upgrade", b"Upgrade: websocket"))
    assert (answer.status, behind.seen) == (400, b"")


async def test_an_older_client_cannot_switch(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind, handler=upgrades)
    (answer,) = await edged.ask(asks(b"GET", b"/", b"Upgrade: websocket", version=b"1.0"))
    assert answer.body == b"/ 0"
    assert b"upgrade" not in behind.seen


async def test_it_ends_when_the_permission_does(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend(echoes)
    edged = await edge(behind, handler=ends_at(100.05), clock=lambda: 100.0)
    reader, writer = await shake(edged)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b"\x88\x02\x03\xf0"
    await until(lambda: behind.peers[0].ended)
    writer.close()


async def test_one_that_is_over_already_ends_at_once(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(echoes), handler=ends_at(99), clock=lambda: 100.0)
    reader, writer = await shake(edged)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b"\x88\x02\x03\xf0"
    writer.close()


async def test_within_a_frame_it_ends_without_a_word(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(echoes), handler=ends_at(100.05), clock=lambda: 100.0)
    reader, writer = await shake(edged)
    writer.write(b"\x82\x7dpart")
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b"\x82\x7dpart"
    writer.close()


async def test_draining_ends_it_with_its_own_word(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend(echoes)
    edged = await edge(behind, handler=upgrades)
    reader, writer = await shake(edged)
    draining = asyncio.create_task(edged.listener.drain(PATIENCE_S))
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b"\x88\x02\x03\xe9"
    writer.close()
    await draining
    await until(lambda: behind.peers[0].ended)


async def test_a_server_that_leaves_ends_it(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(SWITCH + b"bye")

    edged = await edge(await backend(script), handler=upgrades)
    assert await edged.say(SHAKE) == SWITCHED + b"bye"
    assert not edged.faults


async def test_one_that_nobody_uses_ends(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend(echoes)
    edged = await edge(behind, handler=upgrades, limits=EdgeLimits(tunnel_idle_s=0.05))
    reader, writer = await shake(edged)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""
    await until(lambda: behind.peers[0].ended)
    writer.close()


async def test_who_does_not_read_is_not_written_to(edge: StartEdge, backend: StartBackend) -> None:
    async def pours(peer: Peer) -> None:
        await peer.head()
        await peer.say(SWITCH)
        while True:
            await peer.say(b"\x82\x7e\xff\xff" + b"x" * 65_535)

    behind = await backend(pours)
    edged = await edge(behind, handler=upgrades)
    reader, writer = await edged.connect()
    cast("asyncio.Transport", writer.transport).pause_reading()
    writer.write(SHAKE)
    await until(lambda: behind.peers and behind.peers[0].writer.transport.get_write_buffer_size())
    connections = edged.listener._connections._open
    (held,) = [one._transport.get_write_buffer_size() for one in connections]  # type: ignore[attr-defined]
    assert held < 64 * 1024 + 2 * 256 * 1024 + 1024
    assert not reader.at_eof()
    writer.transport.abort()


def test_a_tunnel_is_two_writers_and_a_last_word() -> None:
    said: list[bytes] = []
    tunnel = Tunnel(said.append, said.append)
    tunnel.from_client(b"c")
    tunnel.from_upstream(b"\x81\x01u")
    assert said == [b"c", b"\x81\x01u"]
    assert tunnel.farewell(1001) == b"\x88\x02\x03\xe9"
    tunnel.from_upstream(b"\x88\x00")
    assert tunnel.farewell(1001) == b""


def test_only_a_bare_request_of_today_is_upgradable() -> None:
    plain = Forward("u", b"GET", b"/", Headers.of(()))
    upgrade = plain._replace(upgrade=b"websocket")
    assert upgradable(plain, Frame(After.STAY, 3)) is plain
    assert upgradable(upgrade, Frame(After.CLOSE)) is upgrade
    assert upgradable(upgrade, Frame(After.CLOSE, http_1_1=False)) == plain
    for length in (3, None):
        with pytest.raises(FaultyRequest):
            upgradable(upgrade, Frame(After.CLOSE, length))
