"""Every test here runs on both event loops that the listener may find itself on."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.server.http1.limits import Limits
from gateway.server.http1.protocol import Handler
from gateway.server.listener import Listener, listen
from tests.server.http1.served import Serve, Served
from tests.server.steady import SteadyLoop, SteadyUvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": SteadyLoop, "uvloop": SteadyUvloop}


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    listeners: list[Listener] = []

    async def start(handler: Handler, limits: Limits | None = None) -> Served:
        served = Served()
        listener = await listen(
            handler,
            host="127.0.0.1",
            port=0,
            limits=limits or Limits(),
            on_malformed=served.faults.append,
            on_bug=served.bugs.append,
        )
        listeners.append(listener)
        served.listener = listener
        return served

    yield start
    for listener in listeners:
        await listener.drain(0)
