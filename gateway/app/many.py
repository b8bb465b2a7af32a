"""How do several processes decide, and one look after everything else?

The supervisor's half. It decides nothing: it fetches issuers' keys for all workers, holds our signing keys,
watches the configuration, and adds up what the workers have counted.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from gateway.app.front import Configured
from gateway.app.parts import MONOTONIC, new_fingerprint_key
from gateway.app.setting import Setting
from gateway.config.readings import to_json
from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.server.workers.messages import (
    Adopt,
    Adopted,
    Counted,
    Found,
    FromSupervisor,
    IssuerKeys,
    Listen,
    Listening,
    Message,
    Need,
    NotAdopted,
    Revoked,
    SigningKeys,
)
from gateway.server.workers.port import reserve
from gateway.server.workers.supervisor import Supervisor, Worker
from gateway.telemetry.exposition import CONTENT_TYPE, pieces
from gateway.telemetry.merge import Workers as Tallies

UNKNOWN_RETRY_S: Final = 5


class Many:
    """Lets workers decide (`gateway.app.front.Front`, `gateway.server.workers.supervisor.Boss`)."""

    def __init__(
        self,
        setting: Setting,
        configured: Configured,
        *,
        path: Path,
        count: int,
        reserved: Mapping[str, socket.socket],
        give_up: Callable[[], None],
    ) -> None:
        self._setting = setting
        self._configured = configured
        self._path = path
        self._count = count
        self._reserved = reserved
        self._give_up = give_up
        self._fingerprint_key = new_fingerprint_key()
        self._tallies = Tallies()
        self._started = 0
        self._complete = False
        """Every worker was there once."""
        self._look_ups: set[asyncio.Task[None]] = set()
        self._supervisor = Supervisor(count, command=_command, boss=self, clock=MONOTONIC)

    # as a front

    @property
    def ports(self) -> Mapping[str, int]:
        """Where the workers listen, by the name of the listener."""
        return {name: int(one.getsockname()[1]) for name, one in self._reserved.items()}

    def adopt(self, configured: Configured) -> None:
        """Let all decide by this configuration."""
        self._configured = configured
        self._supervisor.send(self._adopt())

    def keys_read(self, issuer_id: str) -> None:
        """Tell all of an issuer's keys."""
        for message in self._issuer_keys(issuer_id):
            self._supervisor.send(message)

    def signing_changed(self) -> None:
        """Tell all of our own keys."""
        self._supervisor.send(self._signing_keys())

    def denied_changed(self) -> None:
        """Tell all of it."""
        denied = self._configured.denied
        if denied is not None:
            self._supervisor.send(Revoked(content=denied.content))

    def why_not(self) -> str | None:
        """At first all workers must be there; then one is enough."""
        listening = self._supervisor.listening
        self._complete = self._complete or listening == self._count
        if not self._complete:
            return "workers_starting"
        return None if listening else "workers_absent"

    def exposition(self) -> tuple[Iterable[bytes], bytes]:
        """Add up what all processes have counted."""
        metrics = self._setting.metrics
        metrics.lines_dropped(self._setting.lines.dropped)
        metrics.workers(self._supervisor.listening, restarts=max(0, self._started - self._count))
        return pieces(self._tallies.series(metrics.series)), CONTENT_TYPE

    async def drain(self, timeout_s: float) -> None:
        """Let all finish what was asked, and end."""
        await self._supervisor.drain(timeout_s)
        for task in self._look_ups:
            task.cancel()
        for one in self._reserved.values():
            one.close()

    # as a boss

    def started(self, worker: Worker) -> None:
        """Tell it everything, and only then to listen."""
        self._started += 1
        sources = self._configured.sources
        told = [each for issuer_id in sources.issuer_ids for each in self._issuer_keys(issuer_id)]
        messages: tuple[FromSupervisor, ...] = (self._adopt(), self._signing_keys(), *told)
        for message in (*messages, Listen(ports=self.ports)):
            worker.channel.send(message)

    def heard(self, worker: Worker, message: Message) -> None:
        """Look up what it needs; keep what it has counted."""
        match message:
            case Need():
                task = asyncio.create_task(self._look_up(worker, message))
                self._look_ups.add(task)
                task.add_done_callback(self._look_ups.discard)
            case Counted(dump=dump):
                self._tallies.heard(worker.pid, dump)
            case Listening():
                self._setting.log.info("worker_listening", count=self._supervisor.listening)
            case NotAdopted(generation=generation):
                self._setting.metrics.bug()
                self._setting.log.error("worker_not_adopted", generation=generation)
            case Adopted():
                pass
            case _:  # what only we may say
                worker.kill()

    def ended(self, worker: Worker, exit_code: int, *, expected: bool) -> None:
        """Keep what it has counted; say so where nobody wanted it."""
        self._tallies.ended(worker.pid)
        if not expected:
            self._setting.log.error("worker_ended", code=exit_code)

    def gave_up(self) -> None:
        """End: whoever runs us must see it."""
        self._setting.log.error("worker_dies_at_start")
        self._give_up()

    # --- private ---

    async def _look_up(self, worker: Worker, need: Need) -> None:
        sources = self._configured.sources
        retry_after_s: int | None = UNKNOWN_RETRY_S  # an issuer of another configuration
        if need.issuer_id in sources.issuer_ids:
            kid = None if need.kid is None else need.kid.decode("utf-8", "surrogatepass")
            found = await sources.resolve(KeysNeeded(need.issuer_id, kid))
            retry_after_s = found.retry_after_s if isinstance(found, Unavailable) else None
        worker.channel.send(Found(number=need.number, retry_after_s=retry_after_s))

    def _adopt(self) -> Adopt:
        denied = self._configured.denied
        return Adopt(
            path=str(self._path),
            generation=self._configured.world.snapshot.generation,
            readings=to_json(self._configured.readings),
            fingerprint_key=self._fingerprint_key,
            denied=None if denied is None else denied.content,
        )

    def _signing_keys(self) -> SigningKeys:
        return SigningKeys(
            keys=tuple(
                (stored.key.to_pem().decode("ascii"), stored.state.value, stored.created_at, stored.since)
                for stored in self._setting.custody.stored
            )
        )

    def _issuer_keys(self, issuer_id: str) -> tuple[IssuerKeys, ...]:
        known = self._configured.sources.believed(issuer_id)
        if known is None:
            return ()
        return (IssuerKeys(issuer_id=issuer_id, document=known.body, read_at=known.read_at),)


async def open_many(
    setting: Setting, configured: Configured, *, path: Path, count: int, give_up: Callable[[], None]
) -> Many:
    """Reserve the ports, and start so many workers.

    `path` is of the main file; `give_up` is called where workers die whenever they are started.
    Raises: OSError where the address cannot be had.
    """
    with ExitStack() as undo:
        reserved = {}
        for name, at in configured.world.listeners.deciding.items():
            reserved[name] = undo.enter_context(await asyncio.to_thread(reserve, at))
        undo.pop_all()
    return Many(setting, configured, path=path, count=count, reserved=reserved, give_up=give_up)


# --- private ---


def _command(number: int) -> tuple[str, ...]:
    """A module of its own: it does without the commands, the HTTP client and its memory."""
    return (sys.executable, "-m", "gateway.app.worker", str(number))
