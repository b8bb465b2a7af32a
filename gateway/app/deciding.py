"""How does one process decide? The engine, its listener, and what follows the configuration with them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.app.listening import NONE_SHARED, Listening, Told, open_listening
from gateway.app.parts import new_engine, new_memo, policy_routes, recorder
from gateway.config.world import World
from gateway.core.policy import Network
from gateway.dialects.forwarded import is_listed
from gateway.server import engine
from gateway.server.loop_lag import LoopLag
from gateway.server.memo import Memo
from gateway.server.watch import BugWatch, DecisionWatch
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.record import Recorder

TICK_S: Final = 1.0


class Peers:
    """Whether any policy at all lists an address. Strangers share a few connections."""

    def __init__(self, world: World) -> None:
        self.follow(world)

    def follow(self, world: World) -> None:
        """Go by another configuration: connections that are open stay what they were."""
        self._networks: frozenset[Network] = frozenset[Network]().union(
            *(policy.peer_networks for policy in world.snapshot.policies.values())
        )

    def __call__(self, peer: str) -> bool:
        """Say whether this address is in one of their networks."""
        return is_listed(peer, self._networks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What one process decides with, whatever its configuration becomes."""

    metrics: Metrics
    log: Log
    bugs: BugWatch
    lines: Lines
    fingerprint_key: bytes = field(repr=False)
    """For where the configuration has none."""
    clock: Callable[[], float]
    """Seconds since the epoch."""


class Deciding:
    """A decision listener that is open. Made by `open_deciding`."""

    def __init__(
        self,
        means: Means,
        *,
        decide: engine.Engine,
        memo: Memo,
        watch: DecisionWatch,
        listening: Listening,
        peers: Peers,
    ) -> None:
        self._means = means
        self._engine = decide
        self._memo = memo
        self._watch = watch
        self._peers = peers
        self.listening = listening
        loop = asyncio.get_running_loop()
        self._lag = LoopLag(loop)
        means.lines.on_change(listening.heed_full)
        listening.heed_full(means.lines.full)
        self._ticking = loop.call_later(TICK_S, self._tick)

    def adopt(self, world: World, seen: engine.World) -> None:
        """Decide by what is `seen`, count and record by its configuration, from the next request on."""
        self._watch.close()
        self._watch.recorder = _recorder(world, self._means)
        self._means.metrics.routes_changed(policy_routes(world))
        _heed(world, self._means.lines)
        self._peers.follow(world)
        self.listening.adopt(world)
        self._memo.bound(max_entries=world.memo.entries, max_bytes=world.memo.octets)
        self._engine.adopt(seen)

    def count(self) -> None:
        """Bring the metrics that are read off, and not counted, up to date."""
        metrics, memo = self._means.metrics, self._memo
        self.listening.count(metrics)
        metrics.lines_dropped(self._means.lines.dropped)
        metrics.loop_lag(self._lag.take())
        tally = memo.tally
        outcomes = {"hit": tally.hits, "miss": tally.misses - tally.lapsed, "lapsed": tally.lapsed}
        metrics.remembered(outcomes, entries=memo.entries, size_bytes=memo.octets, evicted=memo.evicted)

    async def drain(self, timeout_s: float) -> None:
        """Finish what was asked, and write the last summaries."""
        await self.listening.drain(timeout_s)
        self._ticking.cancel()
        self._lag.stop()
        self._watch.close()

    # --- private ---

    def _tick(self) -> None:
        """First the next one: a defect in this one is the loop's to tell, and must not be the last."""
        self._ticking = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        self._watch.tick()


async def open_deciding(
    world: World, seen: engine.World, means: Means, *, ports: Mapping[str, int] = NONE_SHARED
) -> Deciding:
    """Listen for decisions; on `ports` that are shared with other processes, by listener, where given.

    Raises: OSError where the address cannot be had.
    """
    watch = DecisionWatch(_recorder(world, means), means.metrics)
    memo, peers = new_memo(world.memo), Peers(world)
    decide = new_engine(seen, watch, memo, clock=means.clock)
    _heed(world, means.lines)
    told = Told(log=means.log, bugs=means.bugs, malformed=means.metrics.malformed, clock=means.clock)
    listening = await open_listening(decide, world, told, knows=peers, ports=ports)
    return Deciding(means, decide=decide, memo=memo, watch=watch, listening=listening, peers=peers)


# --- private ---


def _heed(world: World, lines: Lines) -> None:
    lines.set_waits(waits=world.audit.when_full == "wait")


def _recorder(world: World, means: Means) -> Recorder:
    return recorder(world, means.lines, means.fingerprint_key, clock=means.clock)
