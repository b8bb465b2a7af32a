"""A real gRPC client asks the listener."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from grpc import aio

from gateway.server.grpc.listener import MAX_MESSAGE, GrpcListener, listen
from gateway.server.grpc.protos.check_pb2 import CheckRequest, CheckResponse
from tests import builders as b
from tests.server.grpc.messages import message
from tests.server.grpc.test_servicer import serving
from tests.wire.processes import free_port

CHECK = "/envoy.service.auth.v3.Authorization/Check"
LOCAL = b.snapshot(b.policy(peers=(ip_network("127.0.0.0/8"),), caller_secrets=(b"s" * 32,)))
SECRET = (("x-token-gateway-caller", "s" * 32),)


@asynccontextmanager
async def listening(host: str = "127.0.0.1", port: int = 0, **how: Any) -> AsyncIterator[GrpcListener]:
    subject, _, told = serving(world=LOCAL)
    opened = await listen(subject, host=host, port=port, **how)
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
    said: CheckResponse = await call(asked, timeout=5, **how)
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
        other = channel.unary_unary("/envoy.service.auth.v2.Authorization/Check")
        with pytest.raises(aio.AioRpcError) as unknown:
            await other(b"", timeout=5)
        assert unknown.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_port_of_its_own_is_not_shared() -> None:
    async with listening() as opened:
        with pytest.raises(OSError, match="cannot listen"):
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
        draining = asyncio.create_task(opened.drain(5))
        await asyncio.sleep(0.1)
        opened.resume()
        assert (await waiting).status.code == 0
        await asyncio.wait_for(draining, 2)
    async with listening() as opened, aio.insecure_channel(f"127.0.0.1:{opened.port}") as channel:
        opened.pause()
        waiting = asyncio.create_task(check(channel, good(), metadata=SECRET))
        await asyncio.sleep(0.1)
        await asyncio.wait_for(opened.drain(0.1), 2)
        with pytest.raises(aio.AioRpcError):
            await waiting
