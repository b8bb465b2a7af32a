"""Where is one process asked?

At its listener for the proxies, and where they are configured at those for Envoy's gRPC and for clients.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final

from gateway.app.at_edge import AtEdge, open_edge
from gateway.app.over_grpc import open_grpc
from gateway.app.room import room_for
from gateway.config.world import DECISION, EDGE, GRPC, World
from gateway.server.engine import Engine
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen
from gateway.server.watch import BugWatch
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from gateway.tls.server import HTTP_1, HTTP_2, Handshakes

NONE_SHARED: Final[Mapping[str, int]] = {}
"""Every listener has a port of its own."""
_PROTOCOLS: Final = {DECISION: HTTP_1, GRPC: HTTP_2, EDGE: HTTP_1}


class Listening:
    """The open listeners of one process. Made by `open_listening`."""

    def __init__(
        self, listeners: Mapping[str, Listener], handshakes: Mapping[str, Handshakes], edge: AtEdge | None
    ) -> None:
        """By their names; `handshakes` of those that show certificates."""
        self.listeners = listeners
        self._handshakes = handshakes
        self._edge = edge

    @property
    def ports(self) -> Mapping[str, int]:
        """Where they listen, by name."""
        return {name: one.port for name, one in self.listeners.items()}

    def adopt(self, world: World) -> None:
        """Show the certificates of this configuration; at the edge, do all that it says."""
        for name, certificates in world.listeners.certificates.items():
            if name in self._handshakes:
                self._handshakes[name].renew(certificates)
        if self._edge is not None:
            self._edge.adopt(world)

    def count(self, metrics: Metrics) -> None:
        """Say how many connections there are now, and what has become of the requests at the edge.

        Of the certificates that are shown, say when they end.
        """
        metrics.connections({name: one.connections for name, one in self.listeners.items()})
        shown = {name: one.validity for name, one in self._handshakes.items() if one.validity is not None}
        metrics.certificates(shown, {} if self._edge is None else self._edge.shown)
        if self._edge is not None:
            self._edge.count(metrics)

    def heed_full(self, full: bool) -> None:  # noqa: FBT001 - as `Lines.on_change` tells it
        """Decide nothing that cannot be written down (`audit.when_full: wait`)."""
        for one in self.listeners.values():
            if full:
                one.pause()
            else:
                one.resume()

    async def drain(self, timeout_s: float) -> None:
        """Finish what was asked, and be closed after `timeout_s` at the latest."""
        await asyncio.gather(*(one.drain(timeout_s) for one in self.listeners.values()))
        if self._edge is not None:
            self._edge.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who hears of what the listeners meet, and what they tell the time by."""

    log: Log
    bugs: BugWatch
    malformed: Callable[[str], None]
    clock: Callable[[], float]
    """Seconds since the epoch."""


async def open_listening(
    decide: Engine, world: World, told: Told, *, knows: Callable[[str], bool], ports: Mapping[str, int]
) -> Listening:
    """Listen for decisions; on `ports` that are shared with other processes, by listener, where given.

    Raises: OSError where an address cannot be had; then nothing is open.
    """
    handshakes = {
        name: Handshakes(certificates, _PROTOCOLS[name])
        for name, certificates in world.listeners.certificates.items()
    }
    opening = _Opening(decide, world, told, knows, ports, handshakes, room_for(world, told.log))
    listeners, edge = {}, None
    async with AsyncExitStack() as undo:
        for name in world.listeners.deciding:
            if name == EDGE:
                edge = await opening.edge()
                listeners[name] = edge.listener
            else:
                listeners[name] = await (opening.grpc() if name == GRPC else opening.decision())
            undo.push_async_callback(listeners[name].drain, 0)
        undo.pop_all()
    return Listening(listeners, handshakes, edge)


# --- private ---


@dataclass(frozen=True, slots=True)
class _Opening:
    """What all of them are opened with."""

    decide: Engine
    world: World
    told: Told
    knows: Callable[[str], bool]
    ports: Mapping[str, int]
    handshakes: Mapping[str, Handshakes]
    room: Mapping[str, int]

    async def decision(self) -> Listener:
        at, shared = self.world.listeners.decision, self.ports.get(DECISION)
        return await listen(
            self.decide,
            host=at.host,
            port=at.port if shared is None else shared,
            limits=Limits(max_connections=self.room[DECISION]),
            knows=self.knows,
            on_malformed=self.told.malformed,
            on_bug=self.told.bugs.bug,
            ssl=self._context(DECISION),
            reuse_port=shared is not None,
        )

    async def grpc(self) -> Listener:
        return await open_grpc(
            self.decide,
            self.world.listeners.deciding[GRPC],
            port=self.ports.get(GRPC),
            limits=Limits(max_connections=self.room[GRPC]),
            knows=self.knows,
            on_malformed=self.told.malformed,
            on_bug=self.told.bugs.bug,
            ssl=self._context(GRPC),
        )

    async def edge(self) -> AtEdge:
        return await open_edge(
            self.decide,
            self.world,
            port=self.ports.get(EDGE),
            clock=self.told.clock,
            max_connections=self.room[EDGE],
            on_malformed=self.told.malformed,
            on_bug=self.told.bugs.bug,
            ssl=self._context(EDGE),
        )

    def _context(self, name: str) -> SSLContext | None:
        shown = self.handshakes.get(name)
        return None if shown is None else shown.context
