"""A server that fails is left alone, and tried again by one request at a time."""

import asyncio

import pytest

from gateway.server.edge.breaker import Breaker
from gateway.server.edge.limits import EdgeLimits
from tests.server.edge.edged import Peer, StartBackend, StartEdge, get, post, says, until

LIMITS = EdgeLimits(breaker_failures=3, breaker_s=1, breaker_most_s=5)
CLOSE = b"Connection: close"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def failing(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.begin()
        breaker.failed()


def test_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    breaker = Breaker(LIMITS, Clock())
    failing(breaker, 2)
    breaker.succeeded()
    failing(breaker, 2)
    assert not breaker.open
    failing(breaker, 1)
    assert breaker.open


def test_it_opens_for_longer_each_time_and_never_for_good() -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock)
    failing(breaker, 3)
    for open_s in (1, 2, 4, 5, 5, *(5,) * 100):
        clock.now += open_s - 0.01
        assert breaker.open
        clock.now += 0.01
        assert not breaker.open
        failing(breaker, 1)
    clock.now += 5
    breaker.begin()
    breaker.succeeded()
    assert not breaker.open
    failing(breaker, 3)
    clock.now += 1
    assert not breaker.open


def test_there_is_one_trial_at_a_time_and_one_that_nobody_hears_of_is_not_the_last() -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock)
    failing(breaker, 3)
    clock.now += 1
    breaker.begin()
    assert breaker.open
    clock.now += 2
    assert not breaker.open


def test_those_that_were_under_way_do_not_open_it_for_longer() -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock)
    for _ in range(50):
        breaker.failed()
    clock.now += 1
    assert not breaker.open


# --- over real sockets ---


async def silent(peer: Peer) -> None:
    await peer.end()


@pytest.mark.parametrize(
    ("said", "fault"), [(b"hello", "bad_answer"), (b"", "lost"), (None, "upstream_timeout")]
)
async def test_whoever_waits_for_a_server_that_fails_is_refused_at_once(
    edge: StartEdge, backend: StartBackend, said: bytes | None, fault: str
) -> None:
    behind = await backend(silent if said is None else says(said, close=True))
    limits = EdgeLimits(breaker_failures=3, breaker_s=60, first_byte_s=0.05)
    edged = await edge(behind, limits=limits)
    for _ in range(3):
        await edged.say(get(b"/", CLOSE))
    (answer,) = await edged.ask(post(b"/", b"abc", CLOSE))
    assert (answer.status, answer.values(b"retry-after")) == (503, [b"1"])
    assert edged.faults == [fault] * 3 + ["circuit_open"]
    assert len(behind.peers) == 3


async def test_a_server_that_refuses_connections_is_one_that_fails(
    edge: StartEdge, backend: StartBackend
) -> None:
    gone = await backend()
    gone.refuse()
    edged = await edge(gone, limits=EdgeLimits(breaker_failures=2, breaker_s=60))
    for _ in range(3):
        await edged.say(get(b"/", CLOSE))
    assert edged.faults == ["unreachable"] * 2 + ["circuit_open"]


async def test_an_application_that_fails_has_answered(edge: StartEdge, backend: StartBackend) -> None:
    edged = await edge(
        await backend(says(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")),
        limits=EdgeLimits(breaker_failures=2, breaker_s=60),
    )
    for _ in range(5):
        (answer,) = await edged.ask(get(b"/", CLOSE))
        assert answer.status == 500
    assert not edged.faults


async def test_a_client_that_is_slow_or_leaves_says_nothing_of_its_server(
    edge: StartEdge, backend: StartBackend
) -> None:
    behind = await backend(silent)
    edged = await edge(behind, limits=EdgeLimits(breaker_failures=1, body_idle_s=0.03))
    await edged.say(post(b"/", b"abc")[:-1])
    _, writer = await edged.connect()
    writer.write(get(b"/"))
    await until(lambda: len(behind.peers) == 2)
    writer.transport.abort()
    await until(lambda: behind.peers[1].ended)
    assert not edged.upstreams["backend"].servers[0].breaker.open
    assert edged.faults == ["body_timeout"]


async def test_the_trial_closes_it(edge: StartEdge, backend: StartBackend) -> None:
    well = False

    async def script(peer: Peer) -> None:
        while well:
            await peer.request()
            await peer.say(OK)

    edged = await edge(await backend(script), limits=EdgeLimits(breaker_failures=1, breaker_s=0.05))
    await edged.say(get(b"/", CLOSE))
    (answer,) = await edged.ask(get(b"/", CLOSE))
    assert answer.status == 503
    well = True
    await asyncio.sleep(0.06)
    for _ in range(2):
        (answer,) = await edged.ask(get(b"/", CLOSE))
        assert answer.status == 200
    assert edged.faults == ["lost", "circuit_open"]


async def test_others_take_its_requests(edge: StartEdge, backend: StartBackend) -> None:
    bad, good = await backend(says(b"hello", close=True)), await backend(says(OK))
    edged = await edge(bad, good, limits=EdgeLimits(breaker_failures=1, breaker_s=60))
    found = [(await edged.ask(get(b"/", CLOSE)))[0].status for _ in range(6)]
    assert sorted(found) == [200] * 5 + [502]
