"""What becomes of a request that is not passed on, over a real socket."""

import asyncio
import json

import pytest

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.edge.limits import CLIENT, EdgeLimits
from tests.server.edge.edged import (
    GET,
    PATIENCE_S,
    Message,
    StartBackend,
    StartEdge,
    asks,
    chunked,
    forward,
    get,
    post,
    until,
)

CLOSE = b"Connection: close"


def problem_of(answer: Message) -> object:
    """What it says as a problem (RFC 9457)."""
    assert answer.values(b"content-type") == [b"application/problem+json"]
    return json.loads(answer.body)["status"]


BROWSER = b"Accept: text/html,application/xhtml+xml,*/*;q=0.8"


async def test_what_is_wrong_is_told_as_a_problem_and_to_a_browser_as_a_page(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    behind.refuse()
    edged = await edge(behind)
    for fault, status in ((asks(b"TRACE", b"/"), 501), (get(b"/", CLOSE), 502)):
        (answer,) = await edged.ask(fault)
        assert problem_of(answer) == answer.status == status
        (answer,) = await edged.ask(fault[:-2] + BROWSER + b"\r\n\r\n")
        assert answer.values(b"content-type") == [b"text/html; charset=utf-8"]
        assert (answer.status, answer.body[:9]) == (status, b"<!doctype")
        assert answer.values(b"cache-control") == [b"no-store"]


async def test_of_a_malformed_head_nothing_is_known(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    teapots, malformed = await edged.ask(get(b"/", BROWSER) + get(b"/", BROWSER, b"A : b"))
    assert (teapots.status, problem_of(malformed)) == (418, 400)


async def test_a_problem_with_a_head_has_no_body(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    behind.refuse()
    edged = await edge(behind)
    found = await edged.ask(asks(b"HEAD", b"/") + asks(b"HEAD", b"/", b"Expect: x"), methods=(b"HEAD",) * 2)
    assert [(answer.status, answer.body) for answer in found] == [(502, b""), (417, b"")]
    found = await edged.ask(asks(b"HEAD", b"/") + b"\0", methods=(b"HEAD",))
    assert (found[1].status, problem_of(found[1])) == (400, 400)


def teapot(_: HttpRequest) -> HttpAnswer:
    return HttpAnswer(status=418, body=b"short")


async def test_too_many_at_once_are_refused(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(await backend(), limits=EdgeLimits())
    found = await edged.ask(GET * 50)
    assert [answer.status for answer in found] == [200] * 16 + [400]
    assert edged.faults == ["pipelined"]


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE"])
async def test_connect_and_trace_are_no_methods_of_ours(
    edge: StartEdge, backend: StartBackend, method: bytes
) -> None:
    """RFC 9110 9.1: 501 for a method that is not implemented. 405 is for one that a target does not allow,
    and would have to say which it does (15.5.6). Any other method is the policy's to judge.
    """
    behind = await backend()
    edged = await edge(behind)
    target = b"edge:443" if method == b"CONNECT" else b"/"
    (answer,) = await edged.ask(asks(method, target))
    assert (answer.status, answer.values(b"connection")) == (501, [b"close"])
    assert (edged.faults, behind.seen) == (["method"], b"")


# --- answers of our own ---


async def test_our_own_answer_is_written_and_the_connection_stays(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend()
    found = await (await edge(behind, handler=teapot)).ask(GET + get(b"/", CLOSE))
    assert [(answer.status, answer.body) for answer in found] == [(418, b"short")] * 2
    assert not behind.peers


async def test_a_client_that_leaves_takes_its_decision_along(edge: StartEdge) -> None:
    given_up = asyncio.Event()

    async def forever(_: HttpRequest) -> HttpAnswer:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        raise AssertionError

    edged = await edge(handler=forever)
    _, writer = await edged.connect()
    writer.write(GET)
    await until(lambda: edged.listener.connections)
    await asyncio.sleep(0.01)
    writer.transport.abort()
    async with asyncio.timeout(PATIENCE_S):
        await given_up.wait()


@pytest.mark.parametrize("how", ["at once", "later"])
async def test_a_bug_of_the_handler_is_an_opaque_500(edge: StartEdge, how: str) -> None:
    async def breaks_later(_: HttpRequest) -> HttpAnswer:
        await asyncio.sleep(0)
        raise LookupError("secret")

    def breaks(_: HttpRequest) -> HttpAnswer:
        raise LookupError("secret")

    edged = await edge(handler=breaks if how == "at once" else breaks_later)
    for ask in (GET + GET, post(b"/", b"abc") + GET):
        (answer,) = await edged.ask(ask)
        assert (answer.status, problem_of(answer)) == (500, 500)
        assert b"secret" not in answer.body
    assert [type(bug) for bug in edged.bugs] == [LookupError, LookupError]


# --- a body that nobody wants ---


async def test_a_short_body_is_dropped_and_the_connection_stays(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    body = b"x" * 5000
    for ask in (post(b"/", body), chunked(b"/", b"1388\r\n" + body + b"\r\n0\r\n\r\n")):
        for cut in (10, len(ask) - 4000, len(ask) - 1, len(ask)):
            found = await edged.ask(ask[:cut], ask[cut:] + get(b"/", CLOSE))
            assert [answer.status for answer in found] == [418, 418]
            assert found[0].values(b"connection") == []


async def test_a_long_one_ends_the_connection(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 70000"))
    assert (answer.status, answer.values(b"connection")) == (418, [b"close"])
    endless = asks(b"POST", b"/", b"Transfer-Encoding: chunked", body=b"fffff\r\n" + b"x" * 200_000)
    (answer,) = await edged.ask(endless[:200], endless[200:])
    assert answer.status == 418


async def test_a_malformed_one_ends_the_connection(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    reader, writer = await edged.connect()
    writer.write(chunked(b"/", b"3\r\nabc\r\n"))
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readuntil(b"short")
        writer.write(b"zz\r\n" + GET)
        assert await reader.read() == b""
    writer.close()


async def test_one_that_waits_to_be_asked_for_ends_the_connection(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue"))
    assert (answer.status, answer.values(b"connection")) == (418, [b"close"])


@pytest.mark.parametrize("expect", [(b"200-ok",), (b"100-continue, x",), (b"100-continue", b"100-continue")])
async def test_any_other_expectation_fails(
    edge: StartEdge, backend: StartBackend, expect: tuple[bytes, ...]
) -> None:
    behind = await backend()
    edged = await edge(behind)
    (answer,) = await edged.ask(post(b"/", b"hello", *(b"Expect: " + one for one in expect)))
    assert (answer.status, behind.seen, edged.faults) == (417, b"", ["expectation"])


async def test_the_route_says_how_much_a_body_may_be(edge: StartEdge, backend: StartBackend) -> None:
    behind = await backend()
    for most, limit in ((10, 1), (10, 100), (None, 10)):
        edged = await edge(
            behind,
            handler=lambda r, m=most: forward(r)._replace(max_body=m),  # type: ignore[misc]
            limits=EdgeLimits(body_bytes=limit),
        )
        (answer,) = await edged.ask(post(b"/", b"x" * 10, CLOSE))
        assert answer.status == 200
        head = asks(b"POST", b"/", b"Content-Length: 11")
        for pieces in (
            (head,),
            (head + b"x",),
            (head + b"x" * 11,),
            (chunked(b"/", b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n"),),
        ):
            (answer,) = await edged.ask(*pieces)
            assert answer.status == 413
        assert edged.faults == ["body_too_large"] * 4


async def test_who_may_not_ask_is_told_so_whatever_its_body(edge: StartEdge) -> None:
    edged = await edge(handler=teapot, limits=EdgeLimits(body_bytes=10))
    (answer,) = await edged.ask(post(b"/", b"x" * 11, CLOSE))
    assert (answer.status, edged.faults) == (418, [])


async def test_a_body_that_nobody_wants_may_not_stop_either(edge: StartEdge) -> None:
    edged = await edge(handler=teapot, limits=EdgeLimits(body_idle_s=0.05))
    (answer,) = await edged.ask(asks(b"POST", b"/", b"Content-Length: 9", body=b"abc"))
    assert answer.status == 418


async def test_a_head_that_stops_is_408(edge: StartEdge) -> None:
    edged = await edge(handler=teapot, limits=EdgeLimits(client=CLIENT.__class__(head_timeout_s=0.05)))
    (answer,) = await edged.ask(b"GET / HT")
    assert (answer.status, edged.faults) == (408, ["head_timeout"])


async def test_a_decision_that_takes_too_long_is_503(edge: StartEdge) -> None:
    async def forever(_: HttpRequest) -> HttpAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    edged = await edge(handler=forever, limits=EdgeLimits(client=CLIENT.__class__(answer_timeout_s=0.05)))
    (answer,) = await edged.ask(GET)
    assert (answer.status, edged.faults) == (503, ["answer_timeout"])


async def test_draining_while_a_body_is_dropped_closes_behind_it(edge: StartEdge) -> None:
    edged = await edge(handler=teapot)
    reader, writer = await edged.connect()
    writer.write(asks(b"POST", b"/", b"Content-Length: 6", body=b"abc"))
    await reader.readuntil(b"short")
    draining = asyncio.create_task(edged.listener.drain(PATIENCE_S))
    await asyncio.sleep(0)
    writer.write(b"def")
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""
    writer.close()
    await draining
