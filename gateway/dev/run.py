"""How does `gateway dev` start everything on loopback, and leave nothing behind?

One event loop holds the identity provider, the echo backend and the gateway; nginx is a child process in a
temporary folder, and not there at the edge. They are stopped in the reverse order, whatever ends the command.
"""

import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from gateway.config.compile import load_world
from gateway.config.world import World
from gateway.dev import sample, tour
from gateway.dev.curtain import Curtain
from gateway.dev.echo_backend import EchoBackend
from gateway.dev.identity_provider import IdentityProvider
from gateway.dev.nginx import Nginx, find_nginx
from gateway.dev.ports import HOST, Ports, ReservedPorts
from gateway.dialects.snippets import SNIPPETS, Settings

Gateway = Callable[[World, BinaryIO], AbstractAsyncContextManager[None]]
"""Runs a gateway that writes its log and its records to this stream."""


async def run(front_port: int, gateway: Gateway, clock: Callable[[], float], *, edge: bool = False) -> int:
    """Start everything around `gateway`, print what to try, wait for Ctrl-C. Gives the exit code.

    Raises: NginxMissing, before anything is started, unless the gateway is the `edge` itself.
    """
    if not edge:
        find_nginx()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # the last: the terminal is closed
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="token-gateway-dev-")))
        reserved = stack.enter_context(ReservedPorts(front_port))
        ports = reserved.ports
        provider = IdentityProvider(f"http://{HOST}:{ports.provider}", clock)
        await stack.enter_async_context(_serving(provider.application(), reserved.give(ports.provider)))
        world = _world(folder, ports, edge=edge)
        backend = EchoBackend(
            issuer=world.downstream_issuer, jwks_uri=world.jwks_uri, audience=sample.AUDIENCE
        )
        await stack.enter_async_context(_serving(backend.application(), reserved.give(ports.backend)))
        curtain = stack.enter_context(Curtain(sys.stdout.buffer))
        reserved.take(ports.decision, ports.keys, ports.admin, *([ports.front] if edge else []))
        await stack.enter_async_context(gateway(world, curtain))
        if not edge:
            stack.enter_context(_nginx(folder, world, reserved))
        print(tour.text(ports, await tour.downstream_token(ports, provider), edge=edge), flush=True)
        curtain.open()
        await stop.wait()
        print("\nstopping", file=sys.stderr)
    return 0


# --- private ---


@asynccontextmanager
async def _serving(application: web.Application, at: socket.socket) -> AsyncIterator[None]:
    with at:
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, at).start()
            yield
        finally:
            await runner.cleanup()


def _world(folder: Path, ports: Ports, *, edge: bool) -> World:
    file = folder / "gateway.yaml"
    file.write_text(sample.configuration(ports, edge=edge))
    return load_world(file)


@contextlib.contextmanager
def _nginx(folder: Path, world: World, reserved: ReservedPorts) -> Iterator[None]:
    place, ports = folder / "nginx", reserved.ports
    place.mkdir()
    settings = Settings(
        gateway=f"http://{HOST}:{ports.decision}",
        backend=f"http://{HOST}:{ports.backend}",
        listen=f"{HOST}:{ports.front}",
    )
    nginx = Nginx(place, SNIPPETS["nginx"](world.snapshot.policies["shop"], settings))
    nginx.check()
    reserved.take(ports.front)
    nginx.start()
    try:
        yield
    finally:
        nginx.stop()
