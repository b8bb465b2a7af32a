"""An address of the edge: plain and TLS, on both sides."""

import asyncio
import ssl
from pathlib import Path

import pytest

from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.listener import listen
from gateway.server.edge.upstreams import Server, Upstream, Upstreams
from gateway.tls.client import Trust
from tests.server.edge.edged import PATIENCE_S, Message, Peer, answers, forward, get, post, until
from tests.server.test_listener import certificate

__all__ = ["certificate"]

CLOSE = b"Connection: close"


def now() -> float:
    return 784111777.0


async def ask(port: int, stream: bytes, context: ssl.SSLContext | None = None) -> list[Message]:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="gateway" if context else None
    )
    writer.write(stream)
    async with asyncio.timeout(PATIENCE_S):
        found = answers(await reader.read())
    writer.close()
    return found


async def test_needs_no_callbacks_and_dates_its_own_answers() -> None:
    listener = await listen(forward, Upstreams({}, EdgeLimits()), host="127.0.0.1", port=0, clock=now)
    (answer,) = await ask(listener.port, b"\r\n")
    assert (answer.status, answer.values(b"date")) == (400, [b"Sun, 06 Nov 1994 08:49:37 GMT"])
    assert listener.connections <= 1
    await listener.drain(1)


async def test_a_port_may_be_shared() -> None:
    upstreams = Upstreams({}, EdgeLimits())
    one = await listen(forward, upstreams, host="127.0.0.1", port=0, clock=now, reuse_port=True)
    two = await listen(forward, upstreams, host="127.0.0.1", port=one.port, clock=now, reuse_port=True)
    with pytest.raises(OSError, match="in use"):
        await listen(forward, upstreams, host="127.0.0.1", port=one.port, clock=now)
    for listener in (one, two):
        await listener.drain(0)


async def test_strangers_share_what_is_left_for_them() -> None:
    limits = EdgeLimits()
    few = EdgeLimits(client=limits.client.__class__(max_strangers=0))
    faults: list[str] = []
    listener = await listen(
        forward,
        Upstreams({}, limits),
        host="127.0.0.1",
        port=0,
        clock=now,
        limits=few,
        knows=lambda _: False,
        on_malformed=faults.append,
    )
    _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    await until(lambda: faults)
    assert (faults, listener.connections) == (["connections"], 0)
    writer.close()
    await listener.drain(0)


def authority_in(path: str) -> bytes:
    """The certificate of the pair, which is its own authority."""
    return Path(path).read_bytes().partition(b"-----BEGIN PRIVATE")[0]


async def test_speaks_tls_to_both_sides(certificate: str) -> None:
    inbound = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inbound.load_cert_chain(certificate)
    outbound = ssl.create_default_context(cafile=certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        for _ in range(2):
            request = await peer.request()
            body = b"%d" % len(request.body)
            await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    behind = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=inbound)
    port = behind.sockets[0].getsockname()[1]
    trust = Trust(authority=authority_in(certificate))
    named = Server(host="127.0.0.1", port=port, trust=trust, name="gateway")
    for server, status in ((named, 200), (Server(host="127.0.0.1", port=port, trust=trust), 502)):
        upstreams = Upstreams({"backend": Upstream(servers=(server,))}, EdgeLimits())
        listener = await listen(forward, upstreams, host="127.0.0.1", port=0, clock=now, ssl=inbound)
        found = await ask(listener.port, post(b"/", b"x" * 300_000) + get(b"/", CLOSE), outbound)
        assert [answer.status for answer in found] == [status] * len(found)
        if status == 200:
            assert [answer.body for answer in found] == [b"300000", b"0"]
        await listener.drain(1)
        upstreams.close()
    behind.close()
