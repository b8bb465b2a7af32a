"""Connections that a load balancer announces, and none that it does not, over real sockets."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from gateway.dialects.proxy_protocol import SIGNATURE
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.edge.limits import CLIENT, EdgeLimits
from gateway.server.edge.listener import listen
from gateway.server.edge.upstreams import Upstreams
from gateway.tls.server import Certificates, Handshakes
from tests.server.edge.edged import PATIENCE_S, Edged, answers, get, until
from tests.tls.authority import Authority
from tests.tls.test_server import client_context

CLOSE = b"Connection: close"
GET = get(b"/", CLOSE)
OURS = Authority()


def announces(source: str, extensions: bytes = b"") -> bytes:
    """A header as HAProxy sends it."""
    packed = ip_address(source).packed
    block = packed + packed + (4711).to_bytes(2, "big") + (443).to_bytes(2, "big") + extensions
    family = b"\x11" if len(packed) == 4 else b"\x21"
    return SIGNATURE + b"\x21" + family + len(block).to_bytes(2, "big") + block


LOCAL = SIGNATURE + b"\x20\x00\x00\x00"
LONG = announces("192.0.2.7", b"\x04\x07\xd0" + b"x" * 2000)

Start = Callable[..., Awaitable[Edged]]


def tells_peer(request: HttpRequest) -> HttpAnswer:
    return HttpAnswer(200, body=request.peer.encode())


@pytest.fixture
async def announced() -> AsyncIterator[Start]:
    started: list[Edged] = []

    async def start(**rest: Any) -> Edged:
        limits = rest.pop("limits", EdgeLimits())
        edged = Edged(Upstreams({}, limits))
        edged.listener = await listen(
            tells_peer,
            edged.upstreams,
            host="127.0.0.1",
            port=0,
            clock=lambda: 0.0,
            limits=limits,
            on_malformed=edged.faults.append,
            **{"announced_by": lambda peer: peer == "127.0.0.1", **rest},
        )
        started.append(edged)
        return edged

    yield start
    for edged in started:
        await edged.listener.drain(0)


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (announces("192.0.2.7"), b"192.0.2.7"),
        (announces("2001:db8::7"), b"2001:db8::7"),
        (announces("::ffff:192.0.2.7"), b"192.0.2.7"),
        (LOCAL, b"127.0.0.1"),
        (LONG, b"192.0.2.7"),
    ],
)
async def test_the_announced_address_is_the_clients(announced: Start, header: bytes, peer: bytes) -> None:
    """However the octets come: with the request, cut anywhere, or one by one."""
    edged = await announced()
    stream = header + GET
    for pieces in (
        [stream],
        [header, GET],
        [stream[:5], stream[5:]],
        [stream[:20], stream[20:]],
        [stream[: len(header) + 3], stream[len(header) + 3 :]],
        [stream[i : i + 1] for i in range(len(stream))] if len(stream) < 200 else [stream],
    ):
        (answer,) = await edged.ask(*pieces)
        assert (answer.status, answer.body) == (200, peer)
    assert edged.faults == []


async def test_before_a_handshake_it_is_in_clear(announced: Start, tmp_path: Path) -> None:
    own = OURS.server()
    context = client_context(tmp_path, OURS)
    edged = await announced(ssl=Handshakes(Certificates(chain=own.chain, key=own.key)).context)
    header = announces("192.0.2.7")
    hello_with_header = Coalesced(header, context)
    assert await hello_with_header.ask(edged.listener.port) == b"192.0.2.7"
    reader, writer = await edged.connect()
    for piece in (header[:7], header[7:]):
        writer.write(piece)
        await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE_S):
        await writer.start_tls(context, server_hostname="gateway")
        writer.write(GET)
        (answer,) = answers(await reader.read())
    writer.close()
    assert answer.body == b"192.0.2.7"
    assert edged.faults == []


class Coalesced:
    """A client whose ClientHello comes in one segment with the header."""

    def __init__(self, header: bytes, context: ssl.SSLContext) -> None:
        self.header, self.context = header, context

    async def ask(self, port: int) -> bytes:
        inbound, outbound = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(inbound, outbound, server_hostname="gateway")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def until_done(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    writer.write(self.header + outbound.read())
                    self.header = b""
                    inbound.write(await reader.read(65_536))

        async with asyncio.timeout(PATIENCE_S):
            await until_done(tls.do_handshake)
            tls.write(GET)
            said: bytes = await until_done(lambda: tls.read(65_536))
            while not said.endswith(b"192.0.2.7"):
                said += await until_done(lambda: tls.read(65_536))
        writer.transport.abort()
        return said.rpartition(b"\r\n\r\n")[2]


UNANNOUNCED = {
    "a request": GET,
    "version 1": b"PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\n" + GET,
    "a ClientHello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,
    "longer than any": SIGNATURE + b"\x21\x11\xff\xff" + b"x" * 65_535 + GET,
    "shorter than its addresses": SIGNATURE + b"\x21\x11\x00\x04" + b"x" * 4 + GET,
    "a UNIX socket": SIGNATURE + b"\x21\x31\x00\xd8" + b"x" * 216 + GET,
    "nothing": b"",
}


@pytest.mark.parametrize("stream", UNANNOUNCED.values(), ids=UNANNOUNCED)
async def test_who_does_not_announce_is_closed_unanswered(announced: Start, stream: bytes) -> None:
    """H28, where it is spoken."""
    edged = await announced(limits=EdgeLimits(announcement_s=0.05))
    assert await edged.say(stream) == b""
    assert edged.faults == ["announcement"]
    assert edged.listener.connections == 0


async def test_a_client_that_leaves_within_it_is_no_defect(announced: Start) -> None:
    edged = await announced()
    _, writer = await edged.connect()
    writer.write(LOCAL[:9])
    writer.write_eof()
    await until(lambda: edged.faults)
    writer.transport.abort()
    assert edged.faults == ["announcement"]


async def test_nobody_else_may_announce(announced: Start) -> None:
    edged = await announced(announced_by=lambda peer: peer == "127.0.0.2")
    assert await edged.say(announces("192.0.2.7") + GET) == b""
    assert edged.faults == ["announcement"]


async def test_as_many_announce_at_once_as_there_may_be(announced: Start) -> None:
    limits = EdgeLimits(client=CLIENT.__class__(max_connections=1, max_strangers=1))
    edged = await announced(limits=limits)
    _, first = await edged.connect()
    first.write(LOCAL[:9])
    await asyncio.sleep(0.02)
    assert await edged.say(LOCAL + GET) == b""
    assert edged.faults == ["announcement"]
    first.transport.abort()


async def test_where_it_is_not_spoken_it_is_a_malformed_request(announced: Start) -> None:
    """H28, where it is not."""
    edged = await announced(announced_by=None)
    (answer,) = await edged.ask(announces("192.0.2.7") + GET)
    assert (answer.status, edged.faults) == (400, ["malformed"])


async def test_draining_lets_go_of_those_that_are_nobodys(announced: Start) -> None:
    edged = await announced()
    reader, writer = await edged.connect()
    writer.write(LOCAL[:9])
    await asyncio.sleep(0.02)
    async with asyncio.timeout(PATIENCE_S):
        await edged.listener.drain(PATIENCE_S)
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await edged.connect()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.transport.abort()


async def test_its_answers_are_not_held_back_by_the_kernel(announced: Start) -> None:
    edged = await announced()
    reader, writer = await edged.connect()
    writer.write(LOCAL + get(b"/"))
    await reader.readuntil(b"127.0.0.1")
    (connection,) = edged.listener._connections._open
    made: socket.socket = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]
    assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
