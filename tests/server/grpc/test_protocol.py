"""How a connection of Envoy's lives and ends, by a client that keeps the rules and one that does not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from gateway.dialects.wire import HttpRequest
from gateway.server.grpc.call import MAX_MESSAGE, framed
from gateway.server.grpc.exchange import MAX_HEADERS, MAX_STREAMS
from gateway.server.grpc.listener import listen
from gateway.server.grpc.protocol import MAX_EVENTS, MAX_PARTIAL
from gateway.server.grpc.servicer import Servicer
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener
from tests.server.grpc.client import HEADERS, Client
from tests.server.http1.served import until

Answer = bytes | Coroutine[Any, Any, bytes]
ENHANCE_YOUR_CALM, PROTOCOL_ERROR = 11, 1


@dataclass
class Echo:
    """Answers with what it is asked; or with what `how` makes of it."""

    how: Callable[[bytes], Answer] = bytes
    calls: list[HttpRequest] = field(default_factory=list)

    def check(self, octets: bytes, call: HttpRequest) -> Answer:
        self.calls.append(call)
        return self.how(octets)


@dataclass
class Scene:
    listener: Listener
    echo: Echo
    faults: list[str] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)


@asynccontextmanager
async def scene(how: Callable[[bytes], Answer] = bytes, **limits: Any) -> AsyncIterator[tuple[Scene, Client]]:
    echo, faults, bugs = Echo(how), cast("list[str]", []), cast("list[BaseException]", [])
    listener = await listen(
        cast("Servicer", echo),
        host="127.0.0.1",
        port=0,
        limits=Limits(**limits),
        knows=lambda _: True,
        on_malformed=faults.append,
        on_bug=bugs.append,
    )
    client = await Client.to(listener.port)
    try:
        yield Scene(listener, echo, faults, bugs), client
    finally:
        client.drop()
        await listener.drain(0)
        assert listener.connections == 0


async def test_calls_are_answered_on_one_connection() -> None:
    async with scene() as (told, client):
        for _ in range(3):
            reply = await client.asked(b"message")
            assert (reply.message, reply.status) == (b"message", b"0")
            assert reply.headers[b":status"] == b"200"
            assert reply.headers[b"content-type"] == b"application/grpc"
        streams = [client.ask(b"%d" % number) for number in range(50)]
        assert [(await client.reply(one)).message for one in streams] == [b"%d" % n for n in range(50)]
        assert told.listener.connections == 1
        assert told.echo.calls[0].peer == "127.0.0.1"
        assert told.echo.calls[0].values(b"te") == [b"trailers"]
        assert (told.faults, told.bugs) == ([], [])


async def test_a_large_message_and_a_large_answer_go_in_parts() -> None:
    async with scene() as (_, client):
        octets = bytes(range(256)) * (MAX_MESSAGE // 256)
        stream, rest = client.begin(), framed(octets)
        while rest:
            await client.read_until(lambda: client.h2.local_flow_control_window(stream))
            room = min(client.h2.local_flow_control_window(stream), 16384)
            client.h2.send_data(stream, rest[:room], end_stream=len(rest) <= room)
            rest = rest[room:]
            client.flush()
        assert (await client.reply(stream)).message == octets


async def test_what_is_too_large_or_no_call_is_rejected_and_others_go_on() -> None:
    async with scene() as (told, client):
        huge = client.begin()
        for _ in range(MAX_MESSAGE // 16384 + 1):
            await client.read_until(lambda: client.h2.local_flow_control_window(huge) >= 16384)
            client.h2.send_data(huge, bytes(16384))
            client.flush()
        assert (await client.reply(huge)).status == b"8"
        other = await client.asked(b"", *(pair for pair in HEADERS if pair[0] != b"content-type"))
        assert other.headers == {b":status": b"415"}
        assert (await client.asked(b"still")).message == b"still"
        assert len(told.echo.calls) == 1
        assert told.bugs == []


async def test_one_that_must_wait_holds_up_no_other() -> None:
    go = asyncio.Event()

    async def later(octets: bytes) -> bytes:
        await go.wait()
        return octets

    async with scene(lambda octets: later(octets) if octets == b"slow" else octets) as (_, client):
        slow = client.ask(b"slow")
        assert (await client.asked(b"fast")).message == b"fast"
        go.set()
        assert (await client.reply(slow)).message == b"slow"


async def test_who_resets_a_call_or_goes_away_is_looked_up_nothing_for() -> None:
    ended: list[str] = []

    async def later(_: bytes) -> bytes:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("")
        return b""

    async with scene(later) as (told, client):
        first, _second = client.ask(b""), client.ask(b"")
        await until(lambda: len(told.echo.calls) == 2)
        client.h2.reset_stream(first)
        client.flush()
        await until(lambda: len(ended) == 1)
        client.drop()
        await until(lambda: len(ended) == 2)
        assert told.bugs == []


async def test_an_answer_that_never_comes_is_given_up() -> None:
    async def never(octets: bytes) -> bytes:
        await asyncio.sleep(60)
        return octets

    async with scene(never, answer_timeout_s=0.05) as (told, client):
        assert (await client.asked(b"")).status == b"14"
        assert told.faults == ["answer_timeout"]


async def test_a_cancellation_of_somebody_elses_is_no_answer() -> None:
    async def cancelled(_: bytes) -> bytes:
        raise asyncio.CancelledError

    async with scene(cancelled) as (told, client):
        assert (await client.asked(b"")).status == b"14"
        assert len(told.bugs) == 1


async def test_a_defect_ends_the_connection_without_an_answer() -> None:
    def defect(_: bytes) -> bytes:
        raise RuntimeError

    async with scene(defect) as (told, client):
        reply = await client.asked(b"")
        assert (reply.headers, client.closed) == ({}, True)
        assert len(told.bugs) == 1


async def test_who_has_no_room_for_answers_gets_them_when_there_is() -> None:
    async with scene(lambda _: bytes(40000)) as (_, client):
        streams = [client.ask(b"") for _ in range(4)]  # 160,000 octets, and 65,535 of room
        for stream in streams:
            assert (await client.reply(stream)).message == bytes(40000)


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00" * 9, bytes(64)])
async def test_what_is_not_http_2_is_ended(octets: bytes) -> None:
    async with scene() as (told, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", told.listener.port)
        writer.write(octets)
        async with asyncio.timeout(20):
            await reader.read()
        writer.close()
        assert told.faults == ["malformed"]
        assert told.bugs == []


@pytest.mark.parametrize(
    "frame",
    [
        b"\0\0\1\1\4\0\0\0\2\x88",  # HEADERS on a stream of even number
        b"\0\0\1\0\1\0\0\0\x63x",  # DATA on a stream that is idle
        b"\0\0\4\x08\0\0\0\0\0\0\0\0\0",  # WINDOW_UPDATE by nothing
        b"\0\0\1\1\4\0\0\0\1\xff",  # HPACK that ends in the middle
        b"\0\0\5\5\4\0\0\0\1\0\0\0\2\x88",  # PUSH_PROMISE by a client
    ],
)
async def test_a_frame_that_breaks_the_rules_ends_the_connection(frame: bytes) -> None:
    async with scene() as (told, client):
        await client.asked(b"")
        client.write(frame)
        await client.read_to_end()
        assert client.goaway != [0]
        assert told.faults == ["malformed"]
        assert told.bugs == []


async def test_headers_have_a_limit() -> None:
    async with scene() as (told, client):
        client.begin(*HEADERS, (b"x", b"a" * MAX_HEADERS))
        await client.read_to_end()
        assert told.faults == ["malformed"]


async def test_what_is_never_whole_has_a_limit_and_its_time() -> None:
    frame = b"\xff\xff\xff\0\0\0\0\0\1"  # larger than any may be
    async with scene() as (told, client):
        await client.asked(b"")
        client.write(frame + bytes(MAX_PARTIAL))
        await client.read_to_end()
        assert client.goaway == [ENHANCE_YOUR_CALM]
        assert told.faults == ["head_too_large"]
    async with scene(head_timeout_s=0.3) as (told, client):
        await client.asked(b"")
        slow = asyncio.create_task(client.read_to_end())
        for octet in frame * 9:
            if not slow.done():
                client.write(bytes([octet]))
                await asyncio.sleep(0.01)
        await slow
        assert told.faults == ["head_timeout"]


async def test_more_calls_at_once_than_agreed_end_the_connection() -> None:
    async with scene() as (told, client):
        for number in range(MAX_STREAMS + 1):
            client.begin_beyond_what_was_agreed(2 * number + 1)
        await client.read_to_end()
        assert told.faults == ["malformed"]


@pytest.mark.parametrize("flood", ["ping", "reset"])
async def test_a_flood_without_a_call_ends_the_connection(flood: str) -> None:
    async with scene() as (told, client):
        await client.asked(b"")
        for _ in range(MAX_EVENTS + 1):
            if flood == "ping":
                client.h2.ping(b"12345678")
            else:
                client.h2.reset_stream(client.begin())
        client.flush()
        await client.read_to_end()
        assert client.goaway == [ENHANCE_YOUR_CALM]
        assert told.faults == ["pipelined"]


async def test_a_message_must_come_in_time_and_an_idle_connection_is_told_to_go() -> None:
    async with scene(head_timeout_s=0.05) as (told, client):
        client.begin()
        await client.read_to_end()
        assert client.goaway == [ENHANCE_YOUR_CALM]
        assert told.faults == ["head_timeout"]
    async with scene(idle_timeout_s=0.05, linger_s=0.05) as (told, client):
        await client.asked(b"")
        await client.read_to_end()
        assert (client.told_to_go, client.goaway, told.faults) == (True, [0], [])


async def test_one_that_says_nothing_is_told_to_go() -> None:
    async with scene(head_timeout_s=0.05, linger_s=0.05) as (told, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", told.listener.port)
        async with asyncio.timeout(20):
            await reader.read()
        writer.close()


async def test_octets_that_wait_are_bounded_over_all_connections() -> None:
    async with scene(unread_bytes=20_000) as (told, client):
        stream = client.begin()
        client.h2.send_data(stream, bytes(15_000))
        client.flush()
        await until(lambda: told.listener.connections == 1)
        await asyncio.sleep(0.05)
        other = await Client.to(told.listener.port)
        stream = other.begin()
        other.h2.send_data(stream, bytes(15_000))
        other.flush()
        await client.read_to_end()
        assert told.faults == ["unread"]
        other.drop()


async def test_while_it_is_paused_calls_wait() -> None:
    async with scene() as (told, client):
        await client.asked(b"")
        told.listener.pause()
        waiting, late = client.ask(b"one"), await Client.to(told.listener.port)
        second = late.ask(b"two")
        await asyncio.sleep(0.05)
        assert len(told.echo.calls) == 1
        told.listener.resume()
        assert (await client.reply(waiting)).message == b"one"
        assert (await late.reply(second)).message == b"two"
        late.drop()


async def test_a_call_that_had_begun_is_not_late_because_we_waited() -> None:
    async with scene(head_timeout_s=0.2) as (told, client):
        await client.asked(b"")
        stream = client.begin()
        await until(lambda: told.listener._connections._unread == {} and client.h2.open_outbound_streams)
        await asyncio.sleep(0.05)
        told.listener.pause()
        await asyncio.sleep(0.4)
        told.listener.resume()
        client.h2.send_data(stream, framed(b"late"), end_stream=True)
        client.flush()
        assert (await client.reply(stream)).message == b"late"
        assert told.faults == []


async def test_a_pause_in_the_midst_of_many_calls_keeps_those_that_have_come() -> None:
    async with scene() as (told, client):

        def pausing(octets: bytes) -> bytes:
            if octets == b"2":
                told.listener.pause()
            return octets

        told.echo.how = pausing
        streams = [client.ask(b"%d" % number) for number in range(5)]
        await until(lambda: len(told.echo.calls) >= 3)
        await asyncio.sleep(0.05)
        assert len(told.echo.calls) == 3
        told.listener.resume()
        assert [(await client.reply(one)).message for one in streams] == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_drain_finishes_what_was_asked() -> None:
    go = asyncio.Event()

    async def later(octets: bytes) -> bytes:
        await go.wait()
        return octets

    async with scene(later) as (told, client):
        idle = await Client.to(told.listener.port)
        waiting = client.ask(b"late")
        await until(lambda: told.echo.calls and told.listener.connections == 2)
        draining = asyncio.create_task(told.listener.drain(40))
        await idle.read_to_end()
        assert (idle.told_to_go, idle.goaway) == (True, [0])
        idle.drop()
        go.set()
        await client.read_to_end()
        assert client.replies[waiting].message == b"late"
        await asyncio.wait_for(draining, 20)
        assert (told.faults, told.bugs) == ([], [])


async def test_one_connection_too_many_is_turned_away() -> None:
    async with scene(max_connections=1) as (told, client):
        await client.asked(b"")
        late = await Client.to(told.listener.port)
        await late.read_to_end()
        late.drop()
        assert told.faults == ["connections"]
        assert (await client.asked(b"still")).message == b"still"
