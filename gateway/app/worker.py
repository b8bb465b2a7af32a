"""What does one worker do? It decides, by what the supervisor tells it.

`python -m gateway.app.worker FD`, started by the supervisor only, with its end of a socket pair. It fetches
nothing, reads no file and holds no listener but its own. When the supervisor is gone, it drains and ends.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import Final, assert_never

import uvloop

from gateway import __version__
from gateway.app.collector import settle
from gateway.app.deciding import Deciding, Means, open_deciding
from gateway.app.denied import count_denied, open_denied, revoked_by
from gateway.app.parts import CLOCK, DRAIN_S, MONOTONIC, engine_world
from gateway.app.signals import heed, ignore
from gateway.config.problem import ConfigError
from gateway.config.readings import Replay, from_json
from gateway.config.world import World
from gateway.core.evidence import Signer
from gateway.keys.keyring import Keyring
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey
from gateway.server import engine
from gateway.server.deny_list import DenyList
from gateway.server.reload import attempt_aside
from gateway.server.watch import BugWatch
from gateway.server.workers.channel import Channel, open_channel
from gateway.server.workers.messages import (
    Adopt,
    Adopted,
    Counted,
    Drain,
    Found,
    FromSupervisor,
    IssuerKeys,
    Listen,
    Listening,
    NotAdopted,
    Revoked,
    SigningKeys,
)
from gateway.server.workers.remote_keys import Questions, RemoteKeys
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log, configure_stdlib
from gateway.telemetry.metrics import Metrics

COUNT_EVERY_S: Final = 1.0


class Ended(Exception):
    """The worker cannot go on; it has said why."""


@dataclass(frozen=True, slots=True)
class Untold:
    """Told of what becomes of the deny list, and says nothing: the supervisor does, once for all."""

    bugs: BugWatch

    def changed(self, count: int) -> None:
        """The supervisor has said so."""

    def refused(self, problems: Sequence[str]) -> None:
        """The supervisor would not have passed it on; the metric says so."""

    def healed(self) -> None:
        """As above."""

    def bug(self, error: BaseException) -> None:
        """Pass a defect of ours on."""
        self.bugs.bug(error)


class WorkerProcess:
    """What a worker knows. Everything comes from the supervisor, in order."""

    def __init__(self, channel: Channel, lines: Lines) -> None:
        self._channel = channel
        self._lines = lines
        self._log, self._metrics = Log(lines.write, CLOCK), Metrics({}, version=__version__)
        self._bugs = BugWatch(self._log, self._metrics)
        self._questions = Questions(channel.send)
        self._world: World | None = None
        self._keys = RemoteKeys({}, self._questions, clock=MONOTONIC)
        self._stored: tuple[StoredKey, ...] = ()
        self._keyring: Keyring | None = None
        self._fingerprint_key = b""
        self._denied: DenyList | None = None
        self._deciding: Deciding | None = None
        self._drain_s = DRAIN_S
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Decide until the supervisor says so, or is gone. Gives the exit code."""
        configure_stdlib(self._log)
        self._bugs.catch_strays(asyncio.get_running_loop())
        heed(signal.SIGTERM, self._stop.set)
        ignore(signal.SIGINT, signal.SIGHUP)  # to the whole terminal: the supervisor's to understand
        hearing, counting = asyncio.create_task(self._hear()), asyncio.create_task(self._count())
        await self._stop.wait()
        if self._deciding is not None:
            await self._deciding.drain(self._drain_s)
        for task in (hearing, counting):
            task.cancel()
        await asyncio.gather(hearing, counting, return_exceptions=True)
        self._lines.flush()
        self._tell_counts()
        await self._channel.close(1)
        ignore(signal.SIGTERM)
        return 0

    # --- private ---

    async def _hear(self) -> None:
        try:
            while (message := await self._channel.receive()) is not None:
                await self._take(message)  # type: ignore[arg-type]  # what a worker says, no supervisor says
        except Ended:
            pass
        finally:
            self._questions.lose()
            self._stop.set()

    async def _take(self, message: FromSupervisor) -> None:
        match message:
            case Adopt():
                await self._adopt(message)
            case SigningKeys(keys=keys):
                self._stored = tuple(starmap(_stored, keys))
                self._renew_keyring()
            case Revoked(content=content):
                if self._denied is not None:
                    await self._denied.take(content)
            case IssuerKeys(issuer_id=issuer_id, document=document, read_at=read_at):
                self._keys.believe(issuer_id, document, read_at)
            case Listen(ports=ports):
                await self._listen(ports)
            case Found(number=number, retry_after_s=retry_after_s):
                self._questions.answer(number, retry_after_s)
            case Drain(within_s=within_s):
                self._drain_s = within_s
                self._stop.set()
            case _:
                assert_never(message)

    async def _adopt(self, message: Adopt) -> None:
        files = Replay(from_json(message.readings))
        outcome = (await attempt_aside(Path(message.path), files=files)).outcome
        if isinstance(outcome, ConfigError) or outcome.snapshot.generation != message.generation:
            self._channel.send(NotAdopted(generation=message.generation))
            raise Ended
        self._denied = await self._deny_list(outcome, message)
        self._fingerprint_key = message.fingerprint_key
        self._world = outcome
        self._keys = RemoteKeys(outcome.issuers, self._questions, clock=MONOTONIC, predecessor=self._keys)
        self._renew_keyring()
        if self._deciding is not None:
            self._deciding.adopt(outcome, self._seen(outcome))
        self._channel.send(Adopted(generation=message.generation))

    async def _deny_list(self, world: World, message: Adopt) -> DenyList | None:
        try:
            return await open_denied(
                world,
                Untold(self._bugs),
                clock=CLOCK,
                content=message.denied,
                former=self._world,
                kept=self._denied,
            )
        except ConfigError:
            self._channel.send(NotAdopted(generation=message.generation))
            raise Ended from None

    async def _listen(self, ports: Mapping[str, int]) -> None:
        if self._world is None or self._deciding is not None:
            raise Ended
        means = Means(
            metrics=self._metrics,
            log=self._log,
            bugs=self._bugs,
            lines=self._lines,
            fingerprint_key=self._fingerprint_key,
            clock=CLOCK,
        )
        seen = self._seen(self._world)
        self._deciding = await open_deciding(self._world, seen, means, ports=ports)
        settle()
        self._tell_counts()  # from now on no sum and no least of all workers is without it
        self._channel.send(Listening())

    def _seen(self, world: World) -> engine.World:
        return engine_world(world, sources=self._keys, signer=self._signer, revoked=revoked_by(self._denied))

    def _renew_keyring(self) -> None:
        if self._world is not None:
            self._keyring = Keyring(self._stored, algorithm=self._world.signing_algorithm)

    def _signer(self) -> Signer | None:
        return None if self._keyring is None else self._keyring.signer()

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(COUNT_EVERY_S)
            self._tell_counts()

    def _tell_counts(self) -> None:
        if self._deciding is not None:
            self._deciding.count()
            count_denied(self._metrics, self._denied)
            self._channel.send(Counted(dump=self._metrics.dump()))


async def work(end: socket.socket) -> int:
    """Be a worker. Gives the exit code."""
    return await WorkerProcess(await open_channel(end), Lines(sys.stdout.buffer)).run()


# --- private ---


def _stored(pem: str, state: str, created_at: int, since: int | None) -> StoredKey:
    key = SigningKey.from_pem(pem.encode())
    return StoredKey(key=key, state=KeyState(state), created_at=created_at, since=since)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):  # before it is ignored
        sys.exit(uvloop.run(work(socket.socket(fileno=int(sys.argv[1])))))
