"""What every client's connection does, whatever it is asked."""

import asyncio

from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.http1.connection import ClientConnection
from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Http1Protocol
from tests.server.http1.served import GET, PATIENCE_S, Serve, answers, echo, until


def test_a_decision_has_no_body() -> None:
    assert issubclass(Http1Protocol, ClientConnection)
    assert not Http1Protocol.BODIES


async def test_the_last_answer_reaches_a_peer_that_still_sends(serve: Serve) -> None:
    served = await serve(echo)
    reader, writer = await served.connect()
    writer.write(b"\r\n" + b"x" * 100_000)
    async with asyncio.timeout(PATIENCE_S):
        (answer,) = answers(await reader.read())
    assert answer.status == 400
    writer.close()


async def test_a_bug_is_an_opaque_500_and_the_end(serve: Serve) -> None:
    def breaks(_: HttpRequest) -> HttpAnswer:
        raise LookupError("secret")

    served = await serve(breaks)
    (answer,) = await served.ask(GET + GET, eof=False)
    assert (answer.status, answer.body) == (500, b"")
    assert [type(bug) for bug in served.bugs] == [LookupError]


async def test_one_too_many_is_closed_unread(serve: Serve) -> None:
    served = await serve(echo, Limits(max_connections=1))
    _, writer = await served.connect()
    await until(lambda: served.listener.connections)
    assert await served.say(GET) == b""
    assert served.faults == ["connections"]
    writer.close()
