"""Is there a new world in these files, and may it follow the one that runs?

The rule of a reload: a world is adopted whole, or not at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from gateway.config.compile import compile_config
from gateway.config.files import DISK, Files
from gateway.config.load import load_draft
from gateway.config.problem import ConfigError, Path, Problem
from gateway.config.readings import Readings, Recording
from gateway.config.source import Source
from gateway.config.world import World
from gateway.tls.server import Certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one reading of the configuration, and what was read."""

    readings: Readings
    outcome: World | ConfigError


def attempt(path: FilePath, *, files: Files = DISK, running: World | None = None) -> Attempt:
    """Load and compile. With a `running` world, also refuse what cannot follow it without a restart.

    Blocks: about two seconds for 1,000 routes. Raises: nothing that a file can cause.
    """
    recording = Recording(files)
    try:
        outcome: World | ConfigError = _compiled(path, recording, running)
    except ConfigError as error:
        outcome = error
    return Attempt(readings=recording.readings, outcome=outcome)


# --- private ---


def _compiled(path: FilePath, files: Files, running: World | None) -> World:
    draft = load_draft(path, files=files)
    world = compile_config(draft, read_secret=files.secret)
    problems = list(_obstacles(running, world, draft.sources[0])) if running else []
    if problems:
        raise ConfigError(problems)
    return world


def _obstacles(running: World, world: World, main: Source) -> Iterator[Problem]:
    """What a process cannot change while it runs, and what a mistake would take away."""
    for path, before, after in _fixed(running, world):
        if before != after:
            yield main.problem(
                path, "cannot change while the gateway runs", "restart it, or undo this change"
            )
    # At a start, a file with mistakes is left out. Where its policies are in use, that would be an outage.
    if world.refused and not running.snapshot.policies.keys() <= world.snapshot.policies.keys():
        yield from world.refused


def _asks(tls: Certificates | None) -> tuple[bool, bool] | None:
    """Whether it speaks TLS, and whether clients may or must show a certificate: which ones may change."""
    return None if tls is None else (tls.client_ca is not None, tls.client_required)


def _fixed(running: World, world: World) -> Iterator[tuple[Path, object, object]]:
    for name in ("decision", "keys", "admin", "grpc", "edge"):
        yield ("listeners", name), getattr(running.listeners, name), getattr(world.listeners, name)
    before, after = running.listeners, world.listeners
    yield ("listeners", "decision", "tls"), _asks(before.decision_tls), _asks(after.decision_tls)
    yield ("listeners", "grpc", "tls"), _asks(before.grpc_tls), _asks(after.grpc_tls)
    yield ("listeners", "edge", "tls"), _asks(before.edge_tls), _asks(after.edge_tls)
    yield ("listeners", "edge"), before.edge_trust, after.edge_trust
    if before.edge_settings is not None and after.edge_settings is not None:
        # Descriptors are set aside for them at the start; all else is read anew for each request.
        most = before.edge_settings.max_connections, after.edge_settings.max_connections
        yield ("listeners", "edge", "max_connections"), *most
    yield ("downstream", "keys"), running.key_store, world.key_store
    yield ("downstream", "algorithm"), running.signing_algorithm, world.signing_algorithm
