import asyncio
import time

import pytest

from gateway.server import loop_lag
from gateway.server.loop_lag import LoopLag


@pytest.mark.long
async def test_what_keeps_the_loop_is_seen_once() -> None:
    lag = LoopLag(asyncio.get_running_loop())
    await asyncio.sleep(0)
    time.sleep(loop_lag.EVERY_S + 0.1)  # noqa: ASYNC251 - the loop is to be kept
    assert lag.take() >= 0.1
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    lag.stop()
    lag.take()
    assert lag.take() < loop_lag.EVERY_S


async def test_the_timer_goes_on_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_lag, "EVERY_S", 0.0)
    loop = asyncio.get_running_loop()
    lag = LoopLag(loop)
    first = lag._due
    async with asyncio.timeout(5):
        while lag._due == first:  # noqa: ASYNC110 - turns of the loop are what is waited for
            await asyncio.sleep(0)
    lag.stop()
    last = lag._due
    for _ in range(5):
        await asyncio.sleep(0)
    assert lag._due == last
