"""Which part of a gateway decides? This process itself (`single`), or its workers (`many`)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.app.setting import Setting
from gateway.config.readings import Readings
from gateway.config.world import World
from gateway.core.jwk import DroppedKey
from gateway.server.deny_list import DenyList
from gateway.sources.keysets import KeySources
from gateway.sources.outcome import REFRESHED, UNCHANGED, KeysObserver


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A configuration in use, and all that follows from it."""

    world: World
    readings: Readings
    """What the world was compiled from."""
    sources: KeySources
    denied: DenyList | None
    """None where the operator keeps no deny list."""


class Front(Protocol):
    """The part that decides."""

    @property
    def ports(self) -> Mapping[str, int]:
        """Where it listens, by the name of the listener."""

    def adopt(self, configured: Configured) -> None:
        """Decide by this configuration from now on."""

    def keys_read(self, issuer_id: str) -> None:
        """An issuer's keys were read just now."""

    def signing_changed(self) -> None:
        """The custody has another keyring."""

    def denied_changed(self) -> None:
        """The deny list has other content."""

    def why_not(self) -> str | None:
        """None where it can decide; else a word that says why not."""

    def exposition(self) -> tuple[Iterable[bytes], bytes]:
        """Give the body of `/metrics`, piece by piece, and its content type."""

    async def drain(self, timeout_s: float) -> None:
        """Accept no more, finish what was asked, and be closed after `timeout_s` at the latest."""


OpenFront = Callable[[Setting, Configured], Awaitable[Front]]
"""Raises: OSError where the address cannot be had."""


class KeysRelay:
    """Tells of each attempt to read an issuer's keys (`gateway.sources.outcome.KeysObserver`)."""

    def __init__(self, watch: KeysObserver) -> None:
        self._watch = watch
        self.front: Front | None = None
        """None until it is open."""

    def fetched(self, issuer_id: str, outcome: str) -> None:
        """Count it; let the front know."""
        self._watch.fetched(issuer_id, outcome)
        if self.front is not None and outcome in {REFRESHED, UNCHANGED}:
            self.front.keys_read(issuer_id)

    def dropped(self, issuer_id: str, keys: tuple[DroppedKey, ...]) -> None:
        """Tell the operator."""
        self._watch.dropped(issuer_id, keys)
