"""One timer that rings at the last deadline set."""

import asyncio

from gateway.server.http1.alarm import Alarm


async def rings_after(*delays_s: float) -> float:
    """Seconds until it rang; the loops count in milliseconds."""
    loop = asyncio.get_running_loop()
    rung = asyncio.Event()
    alarm = Alarm(loop, rung.set)
    start = loop.time()
    for delay_s in delays_s:
        alarm.set(delay_s)
    async with asyncio.timeout(5):
        await rung.wait()
    return loop.time() - start


async def test_never_rings_before_its_deadline() -> None:
    assert await rings_after(0.02) > 0.019


async def test_a_later_deadline_prolongs() -> None:
    assert await rings_after(0.005, 0.03) > 0.029


async def test_an_earlier_deadline_rings_earlier() -> None:
    assert await rings_after(60, 0.01) < 5


async def test_only_the_last_deadline_counts() -> None:
    assert await rings_after(0.03, 0.001, 0.02) > 0.019


async def test_a_cancelled_alarm_is_silent_until_set_again() -> None:
    rung: list[None] = []
    alarm = Alarm(asyncio.get_running_loop(), lambda: rung.append(None))
    alarm.set(0.001)
    alarm.cancel()
    alarm.cancel()
    await asyncio.sleep(0.01)
    assert not rung
    alarm.set(0.001)
    await asyncio.sleep(0.02)
    assert rung == [None]
