"""How hard do the property tests search, and how long may a test wait?

`HYPOTHESIS_PROFILE=ci` or `deep` searches further than `quick`; `make quick` takes a `glance`.
"""

import asyncio
import functools
import gc
import inspect
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ASYNC_TEST_LIMIT_S = 60.0
"""What a test awaits comes within milliseconds or never. (A blocked thread: faulthandler_timeout.)"""
WIRE_TEST_LIMIT_S = 240.0
"""With real processes there is work to do, which a slow machine does slowly."""

# What the documentation tells a reader to set before trying an example, and a proxy's snippet the operator.
CALLER_SECRET = "example-of-a-secret-for-the-tests"
for _name in ("CALLER_SECRET", "TOKEN_GATEWAY_CALLER"):
    os.environ[_name] = CALLER_SECRET

# In the background of a script it is ignored, here and in every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Derandomized: a red test is red again when it is run again. No deadline: time is never asserted.
_COMMON = settings(
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=(HealthCheck.too_slow,),
)
settings.register_profile("glance", _COMMON, max_examples=15)
settings.register_profile("quick", _COMMON, max_examples=60)
settings.register_profile("ci", _COMMON, max_examples=200)
settings.register_profile("deep", _COMMON, max_examples=1500, derandomize=False)  # by hand: new ground
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# What tests make lives to the end, or is gone by itself: as often as usual, collecting is a tenth of all.
gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever awaits what never comes fails there, with the line that waits in its traceback."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            is_wire = item.get_closest_marker("wire") is not None
            item.obj = _bounded(item.obj, WIRE_TEST_LIMIT_S if is_wire else ASYNC_TEST_LIMIT_S)


def pytest_collection_finish() -> None:
    """Thousands of collected tests live to the end: the garbage collector need not look at them each time."""
    gc.freeze()


# --- private ---


def _bounded(test: Callable[..., Awaitable[None]], limit_s: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(limit_s):
            await test(*args, **kwargs)

    return bounded
