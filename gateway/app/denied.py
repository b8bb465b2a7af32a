"""Which deny list goes with a configuration?"""

import asyncio
from collections.abc import Callable

from gateway.config.world import World
from gateway.core.revocation import NOTHING_REVOKED, Revocations
from gateway.server.deny_list import DenyList, DenyListObserver
from gateway.telemetry.metrics import Metrics


async def open_denied(
    world: World,
    observer: DenyListObserver,
    *,
    clock: Callable[[], float],
    content: bytes | None = None,
    former: World | None = None,
    kept: DenyList | None = None,
) -> DenyList | None:
    """Open the deny list of this configuration; None where it has none.

    Where the `former` configuration read its list the same way, that list is `kept`, with what it knows: a
    file that is broken just now takes nobody off. `content` is given where another process reads the file.
    Raises: ConfigError where it cannot be used.
    """
    if world.revocations is None:
        return None
    if kept is not None and former is not None and _read_alike(former, world):
        return kept
    denied = DenyList(world.revocations, observer, clock=clock)
    await asyncio.to_thread(denied.open, content)
    return denied


def revoked_by(denied: DenyList | None) -> Callable[[], Revocations]:
    """Give what a decision asks for who is on the list."""
    if denied is None:
        return lambda: NOTHING_REVOKED
    return lambda: denied.current


def count_denied(metrics: Metrics, denied: DenyList | None) -> None:
    """Show how long the list in use is."""
    if denied is None:
        metrics.revocations(0, refused=False)
    else:
        metrics.revocations(denied.current.count, refused=denied.refused)


# --- private ---


def _read_alike(one: World, other: World) -> bool:
    """The same file, and each entry of it means the same."""
    if one.revocations is None or other.revocations is None:
        return False
    return (one.revocations.path, one.revocations.issuer_ids, one.audit.fingerprint_key) == (
        other.revocations.path,
        other.revocations.issuer_ids,
        other.audit.fingerprint_key,
    )
