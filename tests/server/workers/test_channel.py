"""How a message gets from one process to the other."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.server.workers import channel as module
from gateway.server.workers.channel import MAX_MESSAGE_BYTES, Channel, open_channel
from gateway.server.workers.messages import Counted, Listen, Listening


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Channel, Channel]]:
    one, other = socket.socketpair()
    ends = await open_channel(one), await open_channel(other)
    try:
        yield ends
    finally:
        for end in ends:
            await end.close(1)


async def test_messages_come_whole_and_in_order() -> None:
    big = Counted(dump=b"x" * 5_000_000)
    async with pair() as (one, other):
        for message in (Listen(ports={"decision": 1}), big, Listen(ports={"decision": 2})):
            one.send(message)
        received = [await other.receive() for _ in range(3)]
        assert received == [Listen(ports={"decision": 1}), big, Listen(ports={"decision": 2})]
        other.send(Listening())
        assert await one.receive() == Listening()


async def test_what_was_sent_before_the_end_still_comes() -> None:
    async with pair() as (one, other):
        one.send(Listen(ports={"decision": 1}))
        await one.close(1)
        assert await other.receive() == Listen(ports={"decision": 1})
        assert await other.receive() is None
        other.send(Listening())  # to nobody
        one.send(Listening())


@pytest.mark.parametrize(
    "octets",
    [b"\x00\x00", b"\x00\x00\x00\x05ab", b"\x00\x00\x00\x02{}", (MAX_MESSAGE_BYTES + 1).to_bytes(4, "big")],
)
async def test_half_a_message_and_nonsense_are_the_end(octets: bytes) -> None:
    ours, theirs = socket.socketpair()
    end = await open_channel(ours)
    with theirs:
        theirs.sendall(octets)
    assert await end.receive() is None
    await end.close(1)


async def test_who_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 1 << 20)
    async with pair() as (one, other):
        for _ in range(8):
            one.send(Counted(dump=b"x" * 500_000))
        async with asyncio.timeout(20):
            while await other.receive() is not None:
                pass
