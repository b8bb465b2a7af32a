"""A real gRPC client asks the listener."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from grpc import aio

from gateway.server.grpc.call import MAX_MESSAGE
from gateway.server.grpc.listener import listen
from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener
from gateway.tls.server import HTTP_2, Certificates, Handshakes
from tests import builders as b
from tests.server.grpc.messages import message
from tests.server.grpc.test_servicer import serving
from tests.tls.authority import Authority, Pair
from tests.wire.processes import free_port

CHECK = "/envoy.service.auth.v3.Authorization/Check"
LOOPBACK = (ip_network("127.0.0.0/8"),)
LOCAL = b.snapshot(b.policy(peers=LOOPBACK, caller_secrets=(b"s" * 32,)))
SECRET = (("x-token-gateway-caller", "s" * 32),)
SPIFFE = "spiffe://cluster.local/ns/ingress/sa/envoy"
OURS, THEIRS = Authority("ours"), Authority("theirs")


@asynccontextmanager
async def listening(
    host: str = "127.0.0.1", port: int = 0, world: Any = LOCAL, **how: Any
) -> AsyncIterator[Listener]:
    subject, _, told = serving(world=world)
    opened = await listen(
        subject,
        host=host,
        port=port,
        limits=Limits(),
        knows=lambda _: True,
        on_malformed=told.faults.append,
        on_bug=told.bugs.append,
        **how,
    )
    try:
        yield opened
    finally:
        await opened.drain(0)
        assert told.bugs == []


async def check(channel: aio.Channel, asked: CheckRequest, **how: Any) -> CheckResponse:
    call = channel.unary_unary(
        CHECK,
        request_serializer=CheckRequest.SerializeToString,
        response_deserializer=CheckResponse.FromString,
    )
    said: CheckResponse = await call(asked, timeout=20, **how)
    return said


def good(**changes: Any) -> CheckRequest:
    return message(headers=(b.bearer(),), **changes)


async def test_it_is_asked_as_envoy_asks() -> None:
    async with listening() as opened, aio.insecure_channel(f"127.0.0.1:{opened.port}") as channel:
        assert (await check(channel, good(), metadata=SECRET)).WhichOneof("http_response") == "ok_response"
        for said in ((), (("x-token-gateway-caller", "x"),), (*SECRET, *SECRET)):
            refused = await check(channel, good(), metadata=said)
            assert (refused.status.code, refused.denied_response.status.code) == (7, 403)


async def test_an_unknown_method_and_a_huge_message_are_errors() -> None:
    async with listening() as opened, aio.insecure_channel(f"127.0.0.1:{opened.port}") as channel:
        with pytest.raises(aio.AioRpcError) as huge:
            await check(channel, good(target=b"/" + b"a" * MAX_MESSAGE), metadata=SECRET)
        assert huge.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await check(channel, good(), metadata=SECRET)).status.code == 0
        other = channel.unary_unary("/envoy.service.auth.v2.Authorization/Check")
        with pytest.raises(aio.AioRpcError) as unknown:
            await other(b"", timeout=20)
        assert unknown.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_port_of_its_own_is_not_shared() -> None:
    async with listening() as opened:
        with pytest.raises(OSError, match="in use"):
            async with listening(port=opened.port):
                pass


async def test_two_may_share_a_port() -> None:
    port = free_port()
    async with (
        listening(port=port, reuse_port=True),
        listening(port=port, reuse_port=True),
        aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        assert (await check(channel, good(), metadata=SECRET)).status.code == 0


async def test_an_address_of_version_6() -> None:
    async with listening(host="::1") as opened, aio.insecure_channel(f"[::1]:{opened.port}") as channel:
        refused = await check(channel, good(), metadata=SECRET)
        assert refused.denied_response.status.code == 403


async def test_what_was_asked_is_finished_and_what_hangs_is_ended() -> None:
    async with listening() as opened, aio.insecure_channel(f"127.0.0.1:{opened.port}") as channel:
        await check(channel, good(), metadata=SECRET)
        opened.pause()
        waiting = asyncio.create_task(check(channel, good(), metadata=SECRET))
        await asyncio.sleep(0.1)
        with pytest.raises(aio.AioRpcError):
            await asyncio.gather(waiting, asyncio.wait_for(opened.drain(0.1), 20))


async def test_no_call_fails_while_listeners_come_and_go() -> None:
    """A replica that is drained tells its callers before it closes: theirs go to the next one."""
    port, failed, done = free_port(), 0, 0

    async def asking(channel: aio.Channel) -> None:
        nonlocal failed, done
        while True:
            try:
                await check(channel, good(), metadata=SECRET)
                done += 1
            except aio.AioRpcError:
                failed += 1

    async with contextlib.AsyncExitStack() as stay:
        first = await stay.enter_async_context(listening(port=port, reuse_port=True))
        channel = await stay.enter_async_context(aio.insecure_channel(f"127.0.0.1:{port}"))
        task = asyncio.create_task(asking(channel))
        for _ in range(5):
            await asyncio.sleep(0.05)
            next_one = await stay.enter_async_context(listening(port=port, reuse_port=True))
            await asyncio.wait_for(first.drain(40), 20)
            first = next_one
        async with asyncio.timeout(20):  # it comes when it is called
            while first.connections != 1:  # noqa: ASYNC110 -- nobody tells us
                await asyncio.sleep(0.01)
        task.cancel()
    assert (failed, done > 5) == (0, True)


# --- TLS ------------------------------------------------------------------------------------------


def credentials(shows: Pair | None, trusts: Authority = OURS) -> grpc.ChannelCredentials:
    key, chain = (shows.key, shows.chain) if shows else (None, None)
    return grpc.ssl_channel_credentials(trusts.pem, key, chain)


def certificates(client_ca: bytes | None = OURS.pem) -> Certificates:
    pair = OURS.server()
    return Certificates(chain=pair.chain, key=pair.key, client_ca=client_ca)


@pytest.mark.parametrize(
    ("shows", "status"),
    [
        (OURS.client(SPIFFE), 0),
        (OURS.client("envoy.example.com"), 0),
        (OURS.client("other.example.com", common_name="envoy.example.com"), 7),
        (None, 7),
    ],
)
async def test_a_caller_is_known_by_a_name_of_its_certificate(shows: Pair | None, status: int) -> None:
    named = b.policy(peers=LOOPBACK, caller_identities=frozenset({SPIFFE, "envoy.example.com"}))
    handshakes = Handshakes(certificates(), HTTP_2)
    async with (
        listening(world=b.snapshot(named), ssl=handshakes.context) as opened,
        aio.secure_channel(f"127.0.0.1:{opened.port}", credentials(shows)) as channel,
    ):
        assert (await check(channel, good())).status.code == status


async def test_who_shows_another_authoritys_certificate_gets_no_connection() -> None:
    handshakes = Handshakes(certificates(), HTTP_2)
    async with (
        listening(ssl=handshakes.context) as opened,
        aio.secure_channel(f"127.0.0.1:{opened.port}", credentials(THEIRS.client(SPIFFE))) as channel,
    ):
        with pytest.raises(aio.AioRpcError):
            await check(channel, good(), metadata=SECRET)


async def test_certificates_change_and_connections_stay() -> None:
    handshakes = Handshakes(certificates(client_ca=None), HTTP_2)
    async with (
        listening(ssl=handshakes.context) as opened,
        aio.secure_channel(f"127.0.0.1:{opened.port}", credentials(None)) as old,
    ):
        assert (await check(old, good(), metadata=SECRET)).status.code == 0
        pair = THEIRS.server()
        handshakes.renew(Certificates(chain=pair.chain, key=pair.key))
        assert (await check(old, good(), metadata=SECRET)).status.code == 0
        options = [("grpc.use_local_subchannel_pool", 1)]
        async with aio.secure_channel(
            f"127.0.0.1:{opened.port}", credentials(None, THEIRS), options=options
        ) as new:
            assert (await check(new, good(), metadata=SECRET)).status.code == 0
        assert (await check(old, good(), metadata=SECRET)).status.code == 0


async def test_a_client_of_http_1_over_tls_is_turned_away() -> None:
    handshakes = Handshakes(certificates(client_ca=None), HTTP_2)
    async with listening(ssl=handshakes.context) as opened:
        context = ssl.create_default_context(cadata=OURS.pem.decode())
        context.set_alpn_protocols(["http/1.1"])
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", opened.port, ssl=context)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.read() == b""
            writer.transport.abort()
        assert opened.connections == 0
