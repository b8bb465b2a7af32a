"""Every test here runs on both event loops that the edge may find itself on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from ssl import SSLContext

import pytest

from gateway.core.headers import HeaderPairs
from gateway.server.edge.always import Always
from gateway.server.edge.handler import EdgeHandler
from gateway.server.edge.limits import EdgeLimits
from gateway.server.edge.listener import listen
from gateway.server.edge.upstreams import Server, Upstream, Upstreams
from tests.server.edge.edged import Backend, Edged, Script, StartBackend, StartEdge, forward
from tests.server.steady import SteadyLoop, SteadyUvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": SteadyLoop, "uvloop": SteadyUvloop}


@pytest.fixture
async def backend() -> AsyncIterator[StartBackend]:
    backends: list[Backend] = []

    async def start(script: Script | None = None, ssl: SSLContext | None = None) -> Backend:
        started = Backend(script, ssl)
        await started.start()
        backends.append(started)
        return started

    yield start
    for started in backends:
        await started.stop()


@pytest.fixture
async def edge() -> AsyncIterator[StartEdge]:
    started: list[Edged] = []

    async def start(
        *backends: Backend | Server,
        handler: EdgeHandler = forward,
        limits: EdgeLimits | None = None,
        clock: Callable[[], float] = lambda: 0.0,
        upstreams: Mapping[str, Upstream] | None = None,
        always: HeaderPairs = (),
    ) -> Edged:
        servers = tuple(one.server if isinstance(one, Backend) else one for one in backends)
        limits = limits or EdgeLimits()
        pools = Upstreams(upstreams or {"backend": Upstream(servers=servers)}, limits)
        edged = Edged(pools)
        edged.listener = await listen(
            handler,
            pools,
            host="127.0.0.1",
            port=0,
            clock=clock,
            limits=limits,
            always=Always(always),
            on_malformed=edged.faults.append,
            on_bug=edged.bugs.append,
        )
        started.append(edged)
        return edged

    yield start
    for edged in started:
        await edged.listener.drain(0)
        edged.upstreams.close()
