"""Who gets a WebSocket through the edge, what does its server see of the token, and how does it end?"""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close
from websockets.typing import Subprotocol

from tests.app.process import running
from tests.edge.asking import ask
from tests.edge.raw_request import refusal, request
from tests.edge.sockets import SocketServers
from tests.edge.stack import configuration, edge_before, host_of, token
from tests.edge.test_websocket_frames import CASES
from tests.edge.websocket import HANDSHAKE, TEXT, close, frame, upgraded
from tests.server.edge.edged import until
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

SERVER = "echo"
ENDLESS = {"10 no frames at all", "9 a length beyond all", "5 10,000 fragments"}
"""To a server that reads frames the first two are the beginning of one; and it ends within those fragments
while more of them come: whether its word is read before the reset that they bring about is a race."""


@pytest.fixture(autouse=True)
def _ran(request: pytest.FixtureRequest) -> None:
    record(request.node, "websockets", metadata.version("websockets"))


@pytest.fixture(scope="module")
def servers() -> Iterator[SocketServers]:
    with SocketServers() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(servers: SocketServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    ports = {SERVER: servers.port, "raw": servers.raw_port}
    with edge_before(tmp_path_factory.mktemp("gateway"), ports) as running:
        yield running


def connected(
    gateway: GatewayProcess, target: str = "/ws/x", *headers: tuple[str, str], **options: Any
) -> connect:
    """A client of `websockets`, which reaches the edge under the server's host."""
    uri = f"ws://{host_of(SERVER)}{target}"
    settings: dict[str, Any] = {
        "compression": None,
        "max_size": None,
        "ping_interval": None,
        "proxy": None,
        **options,
    }
    place: dict[str, Any] = {"host": "127.0.0.1", "port": gateway.edge_port}
    return connect(uri, additional_headers=list(headers), **place, **settings)


def assert_removed(sent: str, handshake: tuple[str, list[tuple[str, str]]]) -> None:
    target, headers = handshake
    assert all(part not in target for part in sent.split("."))
    text = "\n".join(f"{name}: {value}" for name, value in headers)
    assert all(part not in text for part in sent.split(".")[1:])
    (ours,) = (value for name, value in headers if name.lower() == "authorization")
    assert ours.startswith("Bearer eyJ")


# --- who is let in --------------------------------------------------------------------------------


async def test_a_token_in_the_header(gateway: GatewayProcess, servers: SocketServers) -> None:
    sent = token()
    async with connected(gateway, "/ws/a?x=1", bearer(sent)) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
        await client.send(b"\0\xff")
        assert await client.recv() == b"\0\xff"
        await (await client.ping())
    assert servers.handshakes[-1][0] == "/ws/a?x=1"
    assert_removed(sent, servers.handshakes[-1])


async def test_a_token_in_the_query(gateway: GatewayProcess, servers: SocketServers) -> None:
    sent = token()
    async with connected(gateway, f"/ws/a?x=%2F&access_token={sent}&y") as client:
        await client.send("hello")
        assert await client.recv() == "hello"
    assert servers.handshakes[-1][0] == "/ws/a?x=%2F&y"
    assert_removed(sent, servers.handshakes[-1])


async def test_a_token_among_the_subprotocols(gateway: GatewayProcess, servers: SocketServers) -> None:
    sent = token()
    protocols = [Subprotocol("chat"), Subprotocol(f"bearer.{sent}"), Subprotocol("other")]
    async with connected(gateway, subprotocols=protocols) as client:
        assert client.subprotocol == "chat"
        await client.send("hello")
        assert await client.recv() == "hello"
    assert_removed(sent, servers.handshakes[-1])
    headers = servers.handshakes[-1][1]
    offered = [value for name, value in headers if name.lower() == "sec-websocket-protocol"]
    assert offered == ["chat, other"]


REFUSED: dict[str, tuple[int, str, tuple[tuple[str, str], ...]]] = {
    "without a token": (401, "/ws/x", ()),
    "with another's": (401, "/ws/x", (bearer("a.b.c"),)),
    "where there is none": (403, "/v1/x", (bearer("{token}"),)),
    "from another origin, with a cookie": (
        *(403, "/ws/x"),
        (("Cookie", "api_token={token}"), ("Origin", "https://evil.example")),
    ),
    "with two tokens": (400, "/ws/x?access_token={token}", (bearer("{token}"),)),
}


@pytest.mark.parametrize(("status", "target", "headers"), REFUSED.values(), ids=REFUSED)
async def test_who_is_refused_opens_nothing(
    gateway: GatewayProcess,
    servers: SocketServers,
    status: int,
    target: str,
    headers: tuple[tuple[str, str], ...],
) -> None:
    before, good = len(servers.handshakes), token()
    filled = [(name, value.replace("{token}", good)) for name, value in headers]
    with pytest.raises(InvalidStatus) as refused:
        async with connected(gateway, target.replace("{token}", good), *filled):
            pass
    assert refused.value.response.status_code == status
    assert len(servers.handshakes) == before


async def test_an_expired_token_opens_nothing(gateway: GatewayProcess, servers: SocketServers) -> None:
    before, now = len(servers.handshakes), int(time.time())  # noqa: TID251 - the gateway's clock
    old = token(iat=now - 900, nbf=now - 900, exp=now - 600)
    with pytest.raises(InvalidStatus) as refused:
        async with connected(gateway, "/ws/x", bearer(old)):
            pass
    assert refused.value.response.status_code == 401
    assert len(servers.handshakes) == before


async def test_a_browser_of_ours_may_come_with_a_cookie(
    gateway: GatewayProcess, servers: SocketServers
) -> None:
    sent = token()
    headers = (("Cookie", f"a=1; api_token={sent}"), ("Origin", f"http://{host_of(SERVER)}"))
    async with connected(gateway, "/ws/x", *headers) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
    assert_removed(sent, servers.handshakes[-1])
    assert dict(servers.handshakes[-1][1])["cookie"] == "a=1"


@pytest.mark.parametrize(
    ("start", "headers", "status"),
    [
        (b"GET /ws/x HTTP/1.1", (b"Content-Length: 3",), 400),
        (b"GET /ws/x HTTP/1.1", (b"Transfer-Encoding: chunked",), 400),
        (b"POST /ws/x HTTP/1.1", (b"Content-Length: 3",), 403),
    ],
)
def test_a_handshake_with_a_body_is_none(
    gateway: GatewayProcess, servers: SocketServers, start: bytes, headers: tuple[bytes, ...], status: int
) -> None:
    before = len(servers.handshakes)
    wire = request(SERVER, start, *HANDSHAKE, *headers, b"X: close", body=b"abc")
    wire = wire.replace(b"Connection: Upgrade", b"Connection: Upgrade, close")
    assert refusal(gateway.edge_port, wire).status == status
    assert len(servers.handshakes) == before


def test_what_the_server_refuses_is_its_own_answer(gateway: GatewayProcess) -> None:
    """Of an older version for example: it says which it knows (RFC 6455 section 4.4)."""
    headers = [
        (name.decode(), value.decode()) for name, _, value in (line.partition(b": ") for line in HANDSHAKE)
    ]
    older = [(name, "7" if name == "Sec-WebSocket-Version" else value) for name, value in headers]
    answer = ask(gateway, SERVER, "/ws/x", bearer(token()), *older[:1], *older[1:])
    assert answer.status in {400, 426}


# --- what passes, beside what passes without us -----------------------------------------------------


@pytest.mark.parametrize("case", [name for name in CASES if name not in ENDLESS])
async def test_a_real_server_says_the_same_as_without_us(
    gateway: GatewayProcess, servers: SocketServers, case: str
) -> None:
    said = [await _answered(port, CASES[case]) for port in (servers.port, gateway.edge_port)]
    assert said[0] == said[1]
    assert said[0] != b""


async def _answered(port: int, octets: bytes) -> bytes:
    """All that a real server says to this; once it has given back the last message, it is asked to close."""
    async with upgraded(port, SERVER) as (reader, writer):
        reading = asyncio.create_task(_to_end(reader, writer))
        with suppress(ConnectionError):
            writer.write(octets + frame(TEXT, b"end"))
            await writer.drain()
        return await reading


async def _to_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    said = bytearray()
    with suppress(ConnectionError):  # of a server that is sent more than it takes
        while more := await reader.read(2**20):
            said += more
            if said.endswith(frame(TEXT, b"end", mask=None)):
                writer.write(close(1000))
    return bytes(said)


# --- how it ends ----------------------------------------------------------------------------------


async def _code(client: ClientConnection) -> Close | None:
    with pytest.raises(ConnectionClosed) as closed:
        await client.recv()
    return closed.value.rcvd


async def test_it_is_closed_when_the_token_ends(servers: SocketServers, tmp_path: Path) -> None:
    config = configuration({SERVER: servers.port})
    config["issuers"]["corp"]["leeway"] = "0s"
    with running(tmp_path, config) as gateway:
        now = int(time.time())  # noqa: TID251 - the gateway's clock
        short = token(iat=now, nbf=now, exp=now + 8)
        async with connected(gateway, "/ws/x", bearer(short)) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            closed = await _code(client)
            assert closed is not None
            assert closed.code == 1008
            assert time.time() >= now + 8 - 5  # noqa: TID251


async def test_it_is_closed_when_the_gateway_goes(servers: SocketServers, tmp_path: Path) -> None:
    with edge_before(tmp_path, {SERVER: servers.port}) as gateway:
        clients = [await connected(gateway, "/ws/x", bearer(token())) for _ in range(20)]
        gateway.program.send(signal.SIGTERM)
        closed = await asyncio.gather(*map(_code, clients))
        assert {one.code for one in closed if one is not None} == {1001}
        assert None not in closed
        await asyncio.gather(*(client.close() for client in clients))
    assert gateway.program.exit_code == 0


@pytest.mark.parametrize("who", ["client", "server"])
async def test_whoever_vanishes_the_other_is_told(
    gateway: GatewayProcess, servers: SocketServers, who: str
) -> None:
    before = len(servers.closed)
    if who == "client":
        client = await connected(gateway, "/ws/x", bearer(token()))
        client.transport.abort()
        await until(lambda: 1006 in servers.closed[before:])  # others may end late
    else:
        async with upgraded(gateway.edge_port, "raw") as (reader, writer):
            writer.write_eof()
            assert await reader.read() == b""
