"""Every asynchronous test here runs on both event loops that the listener may find itself on."""

import asyncio
from collections.abc import Callable

from tests.server.steady import SteadyLoop, SteadyUvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": SteadyLoop, "uvloop": SteadyUvloop}
