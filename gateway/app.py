"""How are the rooms put together? The composition root: the only file that knows every one of them.

It reads the clock, the random source and the disk for everybody else.
"""

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, assert_never

import uvloop

from gateway import __version__
from gateway.config.problem import ConfigError, Problem
from gateway.config.world import DirectoryKeys, MemoryKeys, SharedKeys, World
from gateway.core.revocation import NOTHING_REVOKED, Revocations
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.memory import MemoryStore
from gateway.keys.shared import SharedStore
from gateway.keys.store import KeyStore
from gateway.keys.store import open_keyring as open_store
from gateway.redact.fingerprint import Fingerprints
from gateway.server import engine
from gateway.server.admin_pages import AdminPages
from gateway.server.deny_list import DenyList
from gateway.server.keys_pages import KeysPages
from gateway.server.listener import Listener, listen
from gateway.server.memo import Memo
from gateway.server.watch import BugWatch, DecisionWatch, DenyListWatch, KeysWatch
from gateway.sources.jwks import Ambience
from gateway.sources.keysets import IssuerSource, KeySources
from gateway.sources.outcome import KeysObserver
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log, configure_stdlib
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.record import Recorder

DRAIN_S: Final = 20.0
"""Under Kubernetes' default grace of 30 s."""
JTI_BYTES: Final = 16
"""128 bits: unguessable, and no two alike (RFC 7519 section 4.1.7)."""

CLOCK: Final = time.time  # noqa: TID251 - the one place that may


def open_keyring(world: World) -> Keyring:
    """Load the gateway's own keys. Raises: ConfigError where the store cannot be used."""
    try:
        return open_store(_store(world), algorithm=world.signing_algorithm, clock=CLOCK)
    except KeyStoreError as error:
        problem = Problem(
            file=str(error.path), line=1, column=1, path="downstream.keys", what=error.what, fix=error.fix
        )
        raise ConfigError([problem]) from None


def serve(world: World) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Gives the exit code."""
    keyring = open_keyring(world)
    return uvloop.run(_serve(world, keyring))


@dataclass(slots=True, kw_only=True)
class Running:
    """A gateway that listens."""

    decision: Listener
    keys: Listener
    admin: Listener
    sources: KeySources
    lines: Lines
    readiness: "Readiness"
    watching: asyncio.Task[None] | None
    """Of the deny list, where there is one."""

    async def stop(self) -> None:
        """Stop being ready, answer what was asked, close everything."""
        self.readiness.draining = True
        if self.watching is not None:
            self.watching.cancel()
        await self.decision.drain(DRAIN_S)
        await asyncio.gather(self.keys.drain(1), self.admin.drain(1), self.sources.close())
        self.lines.flush()


async def start(world: World, keyring: Keyring, lines: Lines) -> Running:
    """Open every listener.

    Raises: OSError where an address cannot be had; ConfigError for the deny list. Nothing is open then.
    """
    log, metrics = Log(lines.write, CLOCK), Metrics(_policy_routes(world), version=__version__)
    configure_stdlib(log)
    bugs = BugWatch(log, metrics)
    bugs.catch_strays(asyncio.get_running_loop())
    metrics.configured(generation=world.snapshot.generation, insecure_choices=len(world.warnings))
    sources = key_sources(world, KeysWatch(log, metrics))
    readiness = Readiness()
    denied = _deny_list(world, DenyListWatch(log, bugs))
    decide = _engine(world, keyring, sources, denied, DecisionWatch(_recorder(world, lines), metrics))
    at = world.listeners
    async with AsyncExitStack() as undo:
        undo.push_async_callback(sources.close)
        await sources.start()
        decision = await listen(
            decide,
            host=at.decision.host,
            port=at.decision.port,
            on_malformed=metrics.malformed,
            on_bug=bugs.bug,
        )
        undo.push_async_callback(decision.drain, 0)
        pages = KeysPages(keyring, world.downstream_issuer, world.jwks_uri)
        keys = await listen(pages, host=at.keys.host, port=at.keys.port, on_bug=bugs.bug, clock=CLOCK)
        undo.push_async_callback(keys.drain, 0)
        exposition = partial(_exposition, metrics, sources, world, decision, lines)
        admin_pages = AdminPages(readiness.why_not, exposition)
        admin = await listen(admin_pages, host=at.admin.host, port=at.admin.port, on_bug=bugs.bug)
        undo.pop_all()
    watching = None if denied is None else asyncio.create_task(denied.watch())
    _announce(world, log)
    log.info("listening", decision=decision.port, keys=keys.port, admin=admin.port)
    return Running(
        decision=decision,
        keys=keys,
        admin=admin,
        sources=sources,
        lines=lines,
        readiness=readiness,
        watching=watching,
    )


@asynccontextmanager
async def running(world: World, out: BinaryIO) -> AsyncIterator[None]:
    """Run a gateway inside another event loop, for `gateway dev`. Its lines go to `out`."""
    gateway = await start(world, open_keyring(world), Lines(out))
    try:
        yield
    finally:
        await gateway.stop()


def key_sources(world: World, observer: KeysObserver | None = None) -> KeySources:
    """Make the sources of every issuer's keys; nothing is fetched before they are started or asked."""
    return KeySources(
        (
            IssuerSource(issuer_id=issuer_id, location=source.location, outbound=source.outbound)
            for issuer_id, source in world.issuers.items()
        ),
        ambience=Ambience(clock=time.monotonic),
        observer=observer,
    )


class Readiness:
    """Whether new requests should be sent here."""

    __slots__ = ("draining",)

    def __init__(self) -> None:
        self.draining = False

    def why_not(self) -> str | None:
        """None where it is ready; else a word that says why not."""
        return "draining" if self.draining else None


# --- private ---


async def _serve(world: World, keyring: Keyring) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    lines = Lines(sys.stdout.buffer)
    try:
        running = await start(world, keyring, lines)
    except OSError as error:
        print(f"gateway: cannot listen: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    await stop.wait()
    await running.stop()
    return 0


def _store(world: World) -> KeyStore:
    match world.key_store:
        case MemoryKeys():
            return MemoryStore()
        case DirectoryKeys(path=path):
            return DirectoryStore(path=Path(path))
        case SharedKeys(path=path):
            return SharedStore(path=Path(path))
        case _:
            assert_never(world.key_store)


def _policy_routes(world: World) -> Mapping[str, tuple[str, ...]]:
    return {
        policy.id: tuple(route.id for route in policy.routes.routes)
        for policy in world.snapshot.policies.values()
    }


def _deny_list(world: World, observer: DenyListWatch) -> DenyList | None:
    """Open the deny list, where the operator keeps one. Raises: ConfigError."""
    if world.revocations is None:
        return None
    denied = DenyList(world.revocations, observer, clock=CLOCK)
    denied.open()
    return denied


def _engine(
    world: World,
    keyring: Keyring,
    sources: KeySources,
    denied: DenyList | None,
    observer: engine.Observer,
) -> engine.Engine:
    def revoked() -> Revocations:
        return NOTHING_REVOKED if denied is None else denied.current

    jti = partial(secrets.token_urlsafe, JTI_BYTES)
    return engine.Engine(
        engine.World(snapshot=world.snapshot, sources=sources, signer=keyring.signer, revoked=revoked),
        observer,
        Memo(secrets.token_bytes(32), jti=jti),
        clock=CLOCK,
        monotonic=time.perf_counter,
        jti=jti,
    )


def _announce(world: World, log: Log) -> None:
    """Say at every start what was left out, and what was asked for by name."""
    for problem in world.refused:
        log.warning("file_refused", problem=str(problem))
    for warning in world.warnings:
        log.warning("insecure_choice", choice=warning)


def _recorder(world: World, lines: Lines) -> Recorder:
    # Without a configured key, fingerprints agree within this process and nowhere else.
    key = world.audit.fingerprint_key or secrets.token_bytes(32)
    return Recorder(Fingerprints(key), world.audit.reveal, lines.write, CLOCK)


def _exposition(
    metrics: Metrics, sources: KeySources, world: World, decision: Listener, lines: Lines
) -> tuple[bytes, bytes]:
    metrics.connections(decision.connections)
    metrics.lines_dropped(lines.dropped)
    for issuer_id in world.issuers:
        metrics.keys_age(issuer_id, sources.age_s(issuer_id))
    return metrics.exposition()
