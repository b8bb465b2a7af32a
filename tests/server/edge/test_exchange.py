"""What becomes of an upstream's answer, whatever it is."""

import asyncio
from dataclasses import dataclass

import pytest

from gateway.dialects.wire import Forward, HttpRequest, ReplyRules
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.upstreams import Server
from tests.server.edge.edged import (
    GET,
    HOST,
    PATIENCE_S,
    Edged,
    Incomplete,
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
    says,
    until,
)

CLOSE = b"Connection: close"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Timed:
    """A handler whose routes have their time."""

    timeout_s: float
    upgrade: bytes | None = None

    def __call__(self, request: HttpRequest) -> Forward:
        return forward(request)._replace(timeout_s=self.timeout_s, upgrade=self.upgrade)


def idle(edged: Edged) -> int:
    return sum(server.idle for server in edged.upstreams["backend"].servers)


def outstanding(edged: Edged) -> int:
    return sum(server.outstanding for server in edged.upstreams["backend"].servers)


# --- framing of answers ---


async def test_a_chunked_answer_stays_chunked_and_its_trailers_are_dropped(
    edge: StartEdge, backend: StartBackend
) -> None:
    stream = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
        b"3;a=b\r\nabc\r\n02\r\nde\r\n0\r\nX: y\r\n\r\n"
    )
    for pieces in ((stream,), tuple(stream[i : i + 1] for i in range(len(stream)))):
        edged = await edge(await backend(says(*pieces)))
        first, second = await edged.ask(GET + get(b"/", CLOSE))
        assert first.body == second.body == b"abcde"
        assert first.headers == [(b"transfer-encoding", b"chunked")]
        assert idle(edged) == 1


async def test_an_older_client_gets_it_until_the_end_of_the_connection(
    edge: StartEdge, backend: StartBackend
) -> None:
    edged = await edge(
        await backend(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    )
    (answer,) = await edged.ask(get(b"/", b"Connection: keep-alive", version=b"1.0"))
    assert (answer.headers, answer.body) == ([(b"connection", b"close")], b"abc")


async def test_an_answer_that_ends_with_its_connection_becomes_chunked(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend(says(b"HTTP/1.1 200 OK\r\n\r\nab", b"c", close=True))
    edged = await edge(behind)
    first, second = await edged.ask(GET + get(b"/", CLOSE))
    assert first.headers == [(b"transfer-encoding", b"chunked")]
    assert first.body == second.body == b"abc"
    assert len(behind.peers) == 2
    (answer,) = await edged.ask(get(b"/", version=b"1.0"))
    assert (answer.headers, answer.body) == ([(b"connection", b"close")], b"abc")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_without_a_body_has_none(
    edge: StartEdge, backend: StartBackend, status: bytes
) -> None:
    edged = await edge(await backend(says(b"HTTP/1.1 " + status + b"\r\nX: y\r\n\r\n")))
    first, second = await edged.ask(GET + get(b"/", CLOSE))
    assert first.headers == [(b"x", b"y")]
    assert (second.status, idle(edged)) == (int(status[:3]), 1)


async def test_the_length_that_a_304_or_a_head_tells_is_told(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(says(b"HTTP/1.1 304 X\r\nContent-Length: 12\r\n\r\n")))
    first, _ = await edged.ask(GET + asks(b"HEAD", b"/", CLOSE), methods=(b"GET", b"HEAD"))
    assert first.values(b"content-length") == [b"12"]
    edged = await edge(await backend(says(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")))
    (answer,) = await edged.ask(asks(b"HEAD", b"/", CLOSE), methods=(b"HEAD",))
    assert (answer.headers, idle(edged)) == ([(b"connection", b"close")], 1)


IN_DOUBT = {
    "bytes behind the answer": OK + b"x",
    "a second answer": OK + OK,
    "a 204 with a length": b"HTTP/1.1 204 X\r\nContent-Length: 2\r\n\r\n",
    "a 204 with a length and a body": b"HTTP/1.1 204 X\r\nContent-Length: 2\r\n\r\nok",
    "a 204 that would be chunked": b"HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a 204 with chunks": b"HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "close": b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "1.0": b"HTTP/1.0 200 X\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
    "a body for nothing": b"HTTP/1.1 304 X\r\n\r\nbody",
}


@pytest.mark.parametrize("stream", IN_DOUBT.values(), ids=IN_DOUBT)
async def test_a_connection_in_doubt_carries_no_second_request(
    edge: StartEdge, backend: StartBackend, stream: bytes
) -> None:
    behind = await backend(says(stream))
    edged = await edge(behind)
    first, second = await edged.ask(GET + get(b"/", CLOSE))
    assert first.status == second.status != 502
    assert (len(behind.peers), idle(edged)) == (2, 0)


async def test_bytes_that_nobody_asked_for_close_the_connection(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend(says(OK))
    edged = await edge(behind, limits=EdgeLimits(keepalive_s=60))
    reader, writer = await edged.connect()
    writer.write(GET)
    await reader.readuntil(b"ok")
    assert idle(edged) == 1
    await behind.peers[0].say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
    await until(lambda: not idle(edged))
    writer.write(get(b"/", CLOSE))
    assert answers(await reader.read())[0].body == b"ok"
    writer.close()


BAD = {
    "length and coding": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "no answer": b"hello",
    "a switch that was not asked for": b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    "a flood": b"HTTP/1.1 100 Continue\r\n\r\n" * 17 + OK,
    "NUL": b"HTTP/1.1 200 OK\r\nX: a\0\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("stream", BAD.values(), ids=BAD)
async def test_a_bad_answer_is_502_and_the_end_of_its_connection(
    edge: StartEdge, backend: StartBackend, stream: bytes
) -> None:
    behind = await backend(says(stream))
    edged = await edge(behind)
    first, second = await edged.ask(GET + get(b"/", CLOSE))
    assert (first.status, second.status) == (502, 502)
    assert first.values(b"content-type") == [b"application/problem+json"]
    assert edged.faults == ["bad_answer"] * 2
    assert (len(behind.peers), idle(edged), outstanding(edged)) == (2, 0, 0)


CUT = {
    "sized": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
    "chunked without an end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
    "malformed chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n",
}


@pytest.mark.parametrize("stream", CUT.values(), ids=CUT)
async def test_an_answer_that_is_cut_is_never_a_whole_one(
    edge: StartEdge, backend: StartBackend, stream: bytes
) -> None:
    edged = await edge(await backend(says(stream, close=True)))
    said = await edged.say(GET)
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert not said.endswith(b"0\r\n\r\n")
    with pytest.raises(Incomplete):
        answers(said)
    assert edged.faults == ["cut"]
    assert outstanding(edged) == 0


async def test_an_endless_answer_that_is_reset_is_cut(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\n\r\nab")
        await asyncio.sleep(0.01)
        peer.reset()

    edged = await edge(await backend(script))
    assert not (await edged.say(GET)).endswith(b"0\r\n\r\n")
    assert edged.faults == ["cut"]


async def test_interim_answers_are_passed_on_where_they_mean_something(
    edge: StartEdge, backend: StartBackend
) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\n\r\n"
    edged = await edge(await backend(says(b"HTTP/1.1 100 Continue\r\n\r\n", early, OK)))
    hint, answer = await edged.ask(get(b"/", CLOSE))
    assert (hint.status, hint.headers, answer.body) == (103, [(b"link", b"</a>")], b"ok")
    (answer,) = await edged.ask(get(b"/", version=b"1.0"))
    assert answer.body == b"ok"


# --- both ways at once ---


async def test_an_event_is_passed_on_when_it_comes(edge: StartEdge, backend: StartBackend) -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", b"data: 1\n\n")
        await go.wait()
        await peer.say(b"data: 2\n\n")

    edged = await edge(await backend(script))
    reader, writer = await edged.connect()
    writer.write(get(b"/", CLOSE))
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"data: 1\n\n\r\n")
        go.set()
        assert (await reader.read()).endswith(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")
    writer.close()


async def test_a_piece_of_a_body_is_passed_on_when_it_comes(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    edged = await edge(behind)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Transfer-Encoding: chunked", CLOSE))
    for piece in (b"first", b"second"):
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        await until(lambda p=piece: p in behind.seen)  # type: ignore[misc]
    writer.write(b"0\r\n\r\n")
    assert answers(await reader.read())[0].body == b"/ 11"
    assert requests(behind.seen)[0][0].chunks == [b"first", b"second"]
    writer.close()


@pytest.mark.parametrize(
    "said",
    [b"Content-Length: 2\r\n\r\nno", b"Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"],
    ids=["at once", "in chunks"],
)
async def test_an_early_answer_is_passed_on_and_both_connections_end(
    edge: StartEdge, backend: StartBackend, said: bytes
) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(b"HTTP/1.1 413 Too Large\r\n" + said)
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind)
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 1000", body=b"x"))
    assert (answer.status, answer.body, answer.values(b"connection")) == (413, b"no", [b"close"])
    assert idle(edged) == 0
    await until(lambda: behind.peers[0].ended)


async def test_question_and_answer_may_overlap(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while b"end" not in peer.seen:
            await peer.receive()
            await peer.say(b"1\r\n.\r\n")
        await peer.say(b"0\r\n\r\n")

    edged = await edge(await backend(script))
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 6"))
    async with asyncio.timeout(PATIENCE_S):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"one")
        await reader.readuntil(b".\r\n")
        writer.write(b"end")
        assert (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


# --- a client that leaves ---


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"])
async def test_a_client_that_leaves_ends_its_request(
    edge: StartEdge, backend: StartBackend, said: bytes
) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(said)
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind)
    _, writer = await edged.connect()
    writer.write(GET)
    await until(lambda: behind.seen)
    writer.transport.abort()
    await until(lambda: behind.peers[0].ended)
    assert (idle(edged), outstanding(edged)) == (0, 0)


# --- a server that does not answer ---


async def test_a_server_that_says_nothing_is_504(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.end()

    edged = await edge(await backend(script), limits=EdgeLimits(first_byte_s=0.05))
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, edged.faults, outstanding(edged)) == (504, ["upstream_timeout"], 0)


async def test_one_that_falls_silent_is_cut(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(says(CUT["sized"])), limits=EdgeLimits(upstream_idle_s=0.05))
    assert (await edged.say(GET)).endswith(b"\r\n\r\nok")
    assert edged.faults == ["cut"]


async def test_a_whole_exchange_may_have_its_time(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await peer.say(b".")
            await asyncio.sleep(0.01)

    edged = await edge(await backend(script), limits=EdgeLimits(total_s=0.1))
    assert not (await edged.say(GET)).endswith(b"0\r\n\r\n")
    assert edged.faults == ["cut"]


async def test_its_route_may_say_how_long(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.end()

    timed = Timed(0.05)
    edged = await edge(await backend(script), handler=timed)
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, edged.faults) == (504, ["upstream_timeout"])
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 9", body=b"abc"))
    assert (answer.status, edged.faults[1:]) == (408, ["body_timeout"])
    nowhere = await edge(Server(host="192.0.2.1", port=9), handler=timed)
    (answer,) = await nowhere.ask(get(b"/", CLOSE))
    assert (answer.status, nowhere.faults) in ((504, ["upstream_timeout"]), (502, ["unreachable"]))


async def test_what_is_upgraded_outlives_the_time_of_its_route(
    edge: StartEdge, backend: StartBackend
) -> None:
    async def script(peer: Peer) -> None:
        await peer.head()
        await peer.say(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        await asyncio.sleep(0.1)
        await peer.say(b"late")

    edged = await edge(await backend(script), handler=Timed(0.05, upgrade=b"websocket"))
    said = await edged.say(get(b"/", b"Connection: Upgrade", b"Upgrade: websocket"))
    assert said.endswith(b"late")


async def test_what_is_told_beside_an_answer_is_told_once(edge: StartEdge, backend: StartBackend) -> None:
    rules = ReplyRules(names=frozenset({b"server"}))
    hint = b"HTTP/1.1 103 Early\r\nServer: x\r\nLink: a\r\n\r\n"
    edged = await edge(
        await backend(says(hint, b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok")),
        handler=lambda r: forward(r)._replace(reply=rules, told=((b"via", b"us"),)),
    )
    early, answer = await edged.ask(get(b"/", CLOSE))
    assert early.headers == [(b"link", b"a")]
    assert answer.headers == [(b"via", b"us"), (b"content-length", b"2"), (b"connection", b"close")]


async def test_what_cannot_be_told_is_a_bug_before_anybody_is_asked(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    edged = await edge(behind, handler=lambda r: forward(r)._replace(told=((b"x", b"a\r\nb: c"),)))
    (answer,) = await edged.ask(GET)
    assert (answer.status, len(edged.bugs), behind.seen) == (500, 1, b"")


async def test_no_server_is_502(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    behind.refuse()
    edged = await edge(behind)
    first, second = await edged.ask(post(b"/", b"abc") + get(b"/", CLOSE))
    assert (first.status, second.status) == (502, 502)
    assert first.values(b"connection") == []
    assert edged.faults == ["unreachable"] * 2


async def test_a_server_that_takes_no_connection_in_time_is_504(edge: StartEdge) -> None:
    # TEST-NET-1 answers nobody; where there is no route at all the kernel refuses at once.
    edged = await edge(Server(host="192.0.2.1", port=9), limits=EdgeLimits(connect_s=0.05))
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, edged.faults) in ((504, ["connect_timeout"]), (502, ["unreachable"]))


async def test_one_request_too_many_is_503(edge: StartEdge, backend: StartBackend) -> None:
    async def script(peer: Peer) -> None:
        await peer.end()

    behind = await backend(script)
    edged = await edge(behind, limits=EdgeLimits(upstream_requests=1))
    _, writer = await edged.connect()
    writer.write(GET)
    await until(lambda: behind.seen)
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, answer.values(b"retry-after")) == (503, [b"1"])
    assert edged.faults == ["busy"]
    writer.close()


# --- again, or not ---


async def test_another_server_is_tried_where_one_takes_no_connection(
    edge: StartEdge, backend: StartBackend
) -> None:
    gone, here = await backend(), await backend()
    gone.refuse()
    edged = await edge(gone, here)
    found = await edged.ask(post(b"/1", b"abc") + post(b"/2", b"abc") + post(b"/3", b"abc", CLOSE))
    assert [answer.body for answer in found] == [b"/1 3", b"/2 3", b"/3 3"]
    assert not edged.faults


async def closes_at_the_second(peer: Peer) -> None:
    await peer.request()
    await peer.say(OK)
    await peer.head()


async def test_a_safe_request_into_a_closing_connection_is_sent_again(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend(closes_at_the_second)
    edged = await edge(behind)
    found = await edged.ask(GET + get(b"/2", CLOSE))
    assert [answer.body for answer in found] == [b"ok", b"ok"]
    assert [len(requests(bytes(peer.seen))[0]) for peer in behind.peers] == [2, 1]
    assert not edged.faults


@pytest.mark.parametrize(
    "second",
    [
        post(b"/", b"", CLOSE),
        asks(b"PATCH", b"/", CLOSE),
        asks(b"PUT", b"/", b"Content-Length: 1", CLOSE, body=b"x"),
        chunked(b"/", b"0\r\n\r\n", CLOSE),
    ],
)
async def test_what_may_have_been_done_is_not_sent_again(
    edge: StartEdge, backend: StartBackend, second: bytes
) -> None:
    behind = await backend(closes_at_the_second)
    edged = await edge(behind)
    first, other = await edged.ask(GET + second)
    assert (first.body, other.status) == (b"ok", 502)
    assert edged.faults == ["lost"]
    assert len(behind.peers) == 1


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200"])
async def test_a_new_connection_that_closes_is_502(
    edge: StartEdge, backend: StartBackend, said: bytes
) -> None:
    behind = await backend(says(said, close=True))
    edged = await edge(behind)
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert (answer.status, edged.faults, len(behind.peers)) == (502, ["lost"], 1)


async def test_a_used_one_that_has_begun_to_answer_is_not_asked_again(
    edge: StartEdge, backend: StartBackend
) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(OK)
        await peer.request()
        await peer.say(b"HTTP/1.1 1")

    behind = await backend(script)
    edged = await edge(behind)
    _, second = await edged.ask(GET + get(b"/", CLOSE))
    assert (second.status, len(behind.peers)) == (502, 1)


def test_a_get_is_whole() -> None:
    assert GET.count(HOST) == 1
