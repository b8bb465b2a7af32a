"""What a client gets over a real socket, from us and through us."""

import asyncio
from functools import partial

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import Forward, HttpRequest
from gateway.server.edge.limits import EdgeLimits
from tests.server.edge.edged import (
    GET,
    PATIENCE_S,
    Message,
    Peer,
    StartBackend,
    StartEdge,
    answers,
    asks,
    chunked,
    forward,
    get,
    post,
    requests,
    until,
)

CLOSE = b"Connection: close"


def given(one: Forward, _: HttpRequest) -> Forward:
    return one


async def later(request: HttpRequest) -> Forward:
    await asyncio.sleep(0.01)
    return forward(request)


async def test_a_request_goes_to_its_upstream_and_the_answer_back(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    (answer,) = await (await edge(behind)).ask(get(b"/a%2Fb?c=d", b"X-A:  b ", CLOSE))
    assert (answer.status, answer.body) == (200, b"/a%2Fb?c=d 0")
    assert answer.values(b"connection") == [b"close"]
    (seen,), part = requests(behind.seen)
    assert not part
    assert seen.start == b"GET /a%2Fb?c=d HTTP/1.1"
    assert seen.headers == [(b"host", b"edge"), (b"x-a", b"b")]


async def test_pipelined_requests_are_answered_in_order_over_one_connection(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    stream = get(b"/1") + post(b"/2", b"abc") + chunked(b"/3", b"2\r\nab\r\n0\r\n\r\n") + get(b"/4", CLOSE)
    for pieces in ((stream,), tuple(stream[i : i + 1] for i in range(len(stream)))):
        found = await (await edge(behind)).ask(*pieces)
        assert [answer.body for answer in found] == [b"/1 0", b"/2 3", b"/3 2", b"/4 0"]
    assert len(behind.peers) == 2  # one for each edge
    assert [one.body for one in requests(bytes(behind.peers[0].seen))[0]] == [b"", b"abc", b"ab", b""]


async def test_an_older_client_is_closed_unless_it_asks_to_stay(
    edge: StartEdge, backend: StartBackend
) -> None:
    edged = await edge(await backend())
    (answer,) = await edged.ask(get(b"/", version=b"1.0"))
    assert answer.values(b"connection") == [b"close"]
    stays = get(b"/1", b"Connection: keep-alive", version=b"1.0")
    first, second = await edged.ask(stays + get(b"/2", version=b"1.0"))
    assert (first.values(b"connection"), second.values(b"connection")) == ([b"keep-alive"], [b"close"])
    assert (first.body, second.body) == (b"/1 0", b"/2 0")


async def test_head_gets_the_length_and_no_body(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend())
    head, other = await edged.ask(asks(b"HEAD", b"/long") + get(b"/", CLOSE), methods=(b"HEAD", b"GET"))
    assert (head.status, head.values(b"content-length"), head.body) == (200, [b"7"], b"")
    assert other.body == b"/ 0"


async def test_a_decision_may_take_its_time(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    body = b"x" * 1000
    found = await (await edge(behind, handler=later)).ask(
        post(b"/1", body)[:500], body[:0] + post(b"/1", body)[500:] + get(b"/2", CLOSE)
    )
    assert [answer.body for answer in found] == [b"/1 1000", b"/2 0"]


async def test_what_a_dialect_must_not_write_is_a_bug_and_is_not_sent(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    host = (b"host", b"edge")
    for headers in ((host, (b"content-length", b"1")), (host, (b"x", b"a\r\nb: c")), (), (host, host)):
        odd = Forward("backend", b"GET", b"/", Headers.of(headers))
        edged = await edge(behind, handler=partial(given, odd))
        (answer,) = await edged.ask(GET)
        assert answer.status == 500
        assert len(edged.bugs) == 1
    assert behind.seen == b""


async def test_a_dialect_cannot_make_of_a_head_what_has_a_body(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    for method, other in ((b"HEAD", b"GET"), (b"GET", b"HEAD")):
        edged = await edge(behind, handler=lambda r, o=other: forward(r)._replace(method=o))  # type: ignore[misc]
        (answer,) = await edged.ask(asks(method, b"/"))
        assert (answer.status, len(edged.bugs)) == (500, 1)
    assert behind.seen == b""


async def test_an_upstream_that_is_gone_is_503(edge: StartEdge) -> None:
    edged = await edge(handler=lambda r: forward(r)._replace(upstream="other"))
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, answer.values(b"retry-after")) == (503, [b"1"])
    assert edged.faults == ["no_upstream"]


# --- Expect ---


async def test_a_body_is_asked_for_once_the_request_is_permitted(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    edged = await edge(behind, handler=later)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-Continue", CLOSE))
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"hello")
        (answer,) = answers(await reader.read())
    assert answer.body == b"/ 5"
    assert requests(behind.seen)[0][0].values(b"expect") == []
    writer.close()


async def test_a_body_that_is_there_is_not_asked_for(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend())
    (answer,) = await edged.ask(post(b"/", b"hello", b"Expect: 100-continue", CLOSE))
    assert answer.body == b"/ 5"
    (answer,) = await edged.ask(get(b"/", b"Expect: 100-continue", CLOSE))
    assert answer.body == b"/ 0"


async def test_an_older_client_is_not_asked(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend())
    stream = asks(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue", version=b"1.0")
    (answer,) = await edged.ask(stream, b"hello")
    assert answer.body == b"/ 5"


# --- how much, how long ---


async def test_a_body_over_the_limit_is_413(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind, limits=EdgeLimits(body_bytes=10))
    (answer,) = await edged.ask(post(b"/", b"x" * 10, CLOSE))
    assert answer.status == 200
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 11"))
    assert answer.status == 413
    reader, writer = await edged.connect()
    writer.write(chunked(b"/", b"a\r\n0123456789\r\n"))
    await until(lambda: b"0123456789" in behind.seen)
    writer.write(b"1\r\nx\r\n0\r\n\r\n")
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    writer.close()
    assert answer.status == 413
    assert edged.faults == ["body_too_large"] * 2
    await until(lambda: behind.peers[0].ended)
    found, part = requests(behind.seen)
    assert (len(found), part) == (1, True)


async def test_a_body_that_stops_is_408_and_its_server_sees_no_whole_request(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    edged = await edge(behind, limits=EdgeLimits(body_idle_s=0.05))
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 9", body=b"abc"))
    assert (answer.status, answer.values(b"connection")) == (408, [b"close"])
    assert edged.faults == ["body_timeout"]
    await until(lambda: behind.peers[0].ended)
    assert requests(behind.seen) == ([], True)


# --- draining ---


async def test_draining_closes_the_idle_and_finishes_the_rest(edge: StartEdge, backend: StartBackend) -> None:
    go = asyncio.Event()

    async def slow(peer: Peer) -> None:
        await peer.request()
        await go.wait()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    behind = await backend(slow)
    edged = await edge(behind)
    idle, idle_writer = await edged.connect()
    busy, busy_writer = await edged.connect()
    busy_writer.write(GET)
    await until(lambda: behind.seen and edged.listener.connections == 2)
    draining = asyncio.create_task(edged.listener.drain(PATIENCE_S))
    async with asyncio.timeout(PATIENCE_S):
        assert await idle.read() == b""
        go.set()
        (answer,) = answers(await busy.read())
    busy_writer.close()
    idle_writer.close()
    await draining
    assert (answer.body, answer.values(b"connection")) == (b"done", [b"close"])
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await edged.connect()


async def test_what_does_not_end_in_time_is_cut(edge: StartEdge, backend: StartBackend) -> None:
    async def never(peer: Peer) -> None:
        await peer.end()

    behind = await backend(never)
    edged = await edge(behind)
    _, writer = await edged.connect()
    writer.write(GET)
    await until(lambda: behind.seen)
    await edged.listener.drain(0.01)
    assert edged.listener.connections == 0
    await until(lambda: behind.peers[0].ended)
    writer.close()


async def test_paused_it_takes_no_request_and_resumed_it_does(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind)
    reader, writer = await edged.connect()
    await until(lambda: edged.listener.connections)
    edged.listener.pause()
    writer.write(post(b"/", b"abc", CLOSE))
    await asyncio.sleep(0.02)
    assert not behind.peers
    edged.listener.resume()
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    assert answer.body == b"/ 3"
    writer.close()


async def test_what_is_under_way_when_it_is_paused_goes_on(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 6", body=b"abc"))
    await until(lambda: b"abc" in behind.seen)
    edged.listener.pause()
    writer.write(b"def" + get(b"/2", CLOSE))
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"/ 6")
        edged.listener.resume()
        (answer,) = answers(await reader.read())
    assert answer.body == b"/2 0"
    writer.close()


def test_a_message_is_what_a_strict_reader_makes_of_it() -> None:
    assert answers(b"HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 1\r\n\r\nx") == [
        Message(b"HTTP/1.1 200 OK", [(b"a", b"b"), (b"content-length", b"1")], b"x")
    ]
