"""Where is one process asked? At its listener for the proxies, and at the one for Envoy's gRPC, if wanted."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.app.over_grpc import open_grpc
from gateway.config.world import World
from gateway.server import descriptors
from gateway.server.engine import Engine
from gateway.server.http1.limits import Limits
from gateway.server.listener import Listener, listen
from gateway.server.watch import BugWatch
from gateway.telemetry.log import Log
from gateway.tls.server import HTTP_1, HTTP_2, Certificates, Handshakes

MAX_GRPC: Final = 1024
"""Connections for gRPC: each thread of an Envoy has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One listener, and the certificates that it shows, if it does."""

    listener: Listener
    handshakes: Handshakes | None

    def renew(self, certificates: Certificates | None) -> None:
        """Show these from the next handshake on."""
        if self.handshakes is not None and certificates is not None:
            self.handshakes.renew(certificates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The open listeners of one process."""

    decision: Open
    grpc: Open | None
    """None where Envoy does not ask over gRPC."""

    @property
    def connections(self) -> Mapping[str, int]:
        """How many there are now, by listener."""
        return {name: one.listener.connections for name, one in self._all()}

    def renew(self, world: World) -> None:
        """Show the certificates of this configuration."""
        self.decision.renew(world.listeners.decision_tls)
        if self.grpc is not None:
            self.grpc.renew(world.listeners.grpc_tls)

    def heed_full(self, full: bool) -> None:  # noqa: FBT001 - as `Lines.on_change` tells it
        """Decide nothing that cannot be written down (`audit.when_full: wait`)."""
        for _, one in self._all():
            if full:
                one.listener.pause()
            else:
                one.listener.resume()

    async def drain(self, timeout_s: float) -> None:
        """Finish what was asked, and be closed after `timeout_s` at the latest."""
        await asyncio.gather(*(one.listener.drain(timeout_s) for _, one in self._all()))

    # --- private ---

    def _all(self) -> Iterator[tuple[str, Open]]:
        yield "decision", self.decision
        if self.grpc is not None:
            yield "grpc", self.grpc


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who hears of what the listeners meet."""

    log: Log
    bugs: BugWatch
    malformed: Callable[[str], None]


async def open_listening(
    decide: Engine,
    world: World,
    told: Told,
    *,
    knows: Callable[[str], bool],
    port: int | None,
    grpc_port: int | None,
) -> Listening:
    """Listen for decisions; on ports that are shared with other processes, where they are given.

    Raises: OSError where an address cannot be had; then nothing is open.
    """
    at, limits = world.listeners.decision, _limits(told.log)
    handshakes = _handshakes(world.listeners.decision_tls, HTTP_1)
    listener = await listen(
        decide,
        host=at.host,
        port=at.port if port is None else port,
        limits=limits,
        knows=knows,
        on_malformed=told.malformed,
        on_bug=told.bugs.bug,
        ssl=None if handshakes is None else handshakes.context,
        reuse_port=port is not None,
    )
    try:
        grpc = await _open_grpc(decide, world, told, limits=limits, knows=knows, port=grpc_port)
    except OSError:
        await listener.drain(0)
        raise
    return Listening(decision=Open(listener=listener, handshakes=handshakes), grpc=grpc)


# --- private ---


async def _open_grpc(
    decide: Engine,
    world: World,
    told: Told,
    *,
    limits: Limits,
    knows: Callable[[str], bool],
    port: int | None,
) -> Open | None:
    at, handshakes = world.listeners.grpc, _handshakes(world.listeners.grpc_tls, HTTP_2)
    if at is None:
        return None
    listener = await open_grpc(
        decide,
        at,
        port=port,
        limits=replace(limits, max_connections=min(MAX_GRPC, limits.max_connections)),
        knows=knows,
        on_malformed=told.malformed,
        on_bug=told.bugs.bug,
        ssl=None if handshakes is None else handshakes.context,
    )
    return Open(listener=listener, handshakes=handshakes)


def _handshakes(certificates: Certificates | None, protocol: str) -> Handshakes | None:
    return None if certificates is None else Handshakes(certificates, protocol)


def _limits(log: Log) -> Limits:
    """As many connections as the operating system lets us hold beside all others; a word where it is few."""
    limits = Limits()
    files = descriptors.raise_limit(limits.max_connections + MAX_GRPC + descriptors.RESERVED)
    fitting = descriptors.connections_within(files, limits.max_connections)
    if fitting < limits.max_connections:
        log.warning("few_descriptors", count=fitting, why="the hard limit of open files (ulimit -Hn) is low")
    return replace(limits, max_connections=fitting)
