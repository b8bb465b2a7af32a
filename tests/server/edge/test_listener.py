"""An address of the edge: plain and TLS, on both sides."""

import asyncio
import ssl
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.listener import listen
from gateway.server.edge.upstreams import Server, Upstream, Upstreams
from gateway.server.listener import listen as listen_for_decisions
from gateway.tls.client import Trust
from gateway.tls.server import Certificates, Handshakes
from tests.server.edge.edged import PATIENCE_S, Message, Peer, answers, forward, get, post, until
from tests.server.test_listener import certificate
from tests.tls.authority import Authority
from tests.tls.test_server import client_context

__all__ = ["certificate"]

CLOSE = b"Connection: close"


def now() -> float:
    return 784111777.0


async def ask(port: int, stream: bytes, context: ssl.SSLContext | None = None, *more: bytes) -> list[Message]:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="gateway" if context else None
    )
    async with asyncio.timeout(PATIENCE_S):
        for option in more:
            writer.write(stream)
            await reader.readuntil(b"\r\n\r\n")
            stream = get(b"/", option)
        writer.write(stream)
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


OURS = Authority()


@pytest.mark.parametrize("shows", ["one", "none", "none asked"])
async def test_a_request_says_which_certificate_its_connection_has_shown(tmp_path: Path, shows: str) -> None:
    """At both listeners, whichever way a head is read."""
    own, client = OURS.server(), OURS.client("spiffe://cluster.local/client")
    certificates = Certificates(
        chain=own.chain, key=own.key, client_ca=None if shows == "none asked" else OURS.pem
    )
    context = client_context(tmp_path, OURS, client if shows == "one" else None)
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        seen.append(request)
        return HttpAnswer(200)

    inbound = Handshakes(certificates).context
    upstreams = Upstreams({}, EdgeLimits())
    for listener in (
        await listen(answer, upstreams, host="127.0.0.1", port=0, clock=now, ssl=inbound),
        await listen_for_decisions(answer, host="127.0.0.1", port=0, ssl=inbound),
    ):
        await ask(listener.port, get(b"/"), context, CLOSE)
        await listener.drain(0)
    der = ssl.PEM_cert_to_DER_cert(client.chain.decode())
    expected = {"one": sha256(der).digest(), "none": b"", "none asked": None}
    assert [request.certificate for request in seen] == [expected[shows]] * 4
