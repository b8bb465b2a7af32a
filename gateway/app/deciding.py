"""How does one process decide? The engine, its listener, and what follows the configuration with them."""

from gateway.app.parts import new_engine, policy_routes, recorder
from gateway.config.world import World
from gateway.server import engine
from gateway.server.listener import Listener, listen
from gateway.server.watch import BugWatch, DecisionWatch
from gateway.telemetry.lines import Lines
from gateway.telemetry.metrics import Metrics


class Deciding:
    """A decision listener that is open. Made by `open_deciding`."""

    def __init__(
        self,
        *,
        decide: engine.Engine,
        listener: Listener,
        watch: DecisionWatch,
        lines: Lines,
        fingerprint_key: bytes,
    ) -> None:
        self._engine = decide
        self._watch = watch
        self._lines = lines
        self._fingerprint_key = fingerprint_key
        self.listener = listener

    def adopt(self, world: World, seen: engine.World) -> None:
        """Decide by what is `seen`, count and record by its configuration, from the next request on."""
        self._watch.recorder = recorder(world, self._lines, self._fingerprint_key)
        self._watch.metrics.routes_changed(policy_routes(world))
        self._engine.adopt(seen)

    def count(self) -> None:
        """Bring the metrics that are read off, and not counted, up to date."""
        self._watch.metrics.connections(self.listener.connections)
        self._watch.metrics.lines_dropped(self._lines.dropped)


async def open_deciding(
    world: World,
    seen: engine.World,
    *,
    metrics: Metrics,
    bugs: BugWatch,
    lines: Lines,
    fingerprint_key: bytes,
    port: int | None = None,
) -> Deciding:
    """Listen for decisions; on a `port` that is shared with other processes, where one is given.

    Raises: OSError where the address cannot be had.
    """
    watch = DecisionWatch(recorder(world, lines, fingerprint_key), metrics)
    decide = new_engine(seen, watch)
    at = world.listeners.decision
    listener = await listen(
        decide,
        host=at.host,
        port=at.port if port is None else port,
        on_malformed=metrics.malformed,
        on_bug=bugs.bug,
        reuse_port=port is not None,
    )
    return Deciding(
        decide=decide, listener=listener, watch=watch, lines=lines, fingerprint_key=fingerprint_key
    )
