"""What is made from a configuration? One function a part."""

import random
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from gateway.config.world import MemoRoom, World
from gateway.core.evidence import Signer
from gateway.core.revocation import Revocations
from gateway.redact.fingerprint import Fingerprints
from gateway.server import engine
from gateway.server.memo import Memo
from gateway.telemetry.lines import Lines
from gateway.telemetry.log import Log
from gateway.telemetry.record import Recorder
from gateway.telemetry.repeats import Repeats
from gateway.telemetry.sampling import Sampling

DRAIN_S: Final = 20.0
"""Under Kubernetes' default grace of 30 s."""
JTI_BYTES: Final = 16
"""128 bits: unguessable, and no two alike (RFC 7519 section 4.1.7)."""
FINGERPRINT_KEY_BYTES: Final = 32
MEMO_KEY_BYTES: Final = 32

CLOCK: Final = time.time  # noqa: TID251 - the one place that may
MONOTONIC: Final = time.monotonic
"""On Linux the same in every process of the machine: ages may travel between them as moments."""


new_jti: Final = partial(secrets.token_urlsafe, JTI_BYTES)


def new_memo(room: MemoRoom) -> Memo:
    """Make the memory of permits, under a key of its own."""
    key = secrets.token_bytes(MEMO_KEY_BYTES)
    return Memo(key, jti=new_jti, max_entries=room.entries, max_bytes=room.octets)


def new_engine(
    world: engine.World, observer: engine.Observer, memo: Memo, *, clock: Callable[[], float]
) -> engine.Engine:
    """Make the engine. `clock` gives seconds since the epoch."""
    return engine.Engine(world, observer, memo, clock=clock, monotonic=time.perf_counter, jti=new_jti)


def engine_world(
    world: World,
    *,
    sources: engine.Sources,
    signer: Callable[[], Signer | None],
    revoked: Callable[[], Revocations],
) -> engine.World:
    """Put together what a decision reads beside the request."""
    return engine.World(snapshot=world.snapshot, sources=sources, signer=signer, revoked=revoked)


def policy_routes(world: World) -> Mapping[str, tuple[str, ...]]:
    """Give the ids of the routes, by policy id."""
    return {
        policy.id: tuple(route.id for route in policy.routes.routes)
        for policy in world.snapshot.policies.values()
    }


def new_fingerprint_key() -> bytes:
    """Make what stands in for `audit.fingerprint_key`: fingerprints agree within this gateway only."""
    return secrets.token_bytes(FINGERPRINT_KEY_BYTES)


def recorder(world: World, lines: Lines, fingerprint_key: bytes, *, clock: Callable[[], float]) -> Recorder:
    """Make the writer of decision records. `fingerprint_key` is for where the configuration has none."""
    key = world.audit.fingerprint_key or fingerprint_key
    audit = world.audit
    return Recorder(
        Fingerprints(key),
        audit.reveal,
        lines.write,
        clock,
        sampling=Sampling(audit.sample_allowed, _chance()),
        repeats=Repeats(keep=audit.keep_refusals, per_s=audit.refusals_per_s),
    )


def announce(world: World, log: Log) -> None:
    """Say what was left out, and what was asked for by name: at every start, and with each reload."""
    for problem in world.refused:
        log.warning("file_refused", problem=str(problem))
    for warning in world.warnings:
        log.warning("insecure_choice", choice=warning)


# --- private ---


def _chance() -> Callable[[], float]:
    """From a secret seed: nobody outside can tell which request will leave a record."""
    return random.Random(secrets.token_bytes(32)).random  # noqa: S311 - chosen by it is only what is written
