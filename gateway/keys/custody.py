"""Which keys has this process now, and what becomes of them while it runs?

It looks at the store every LOOK_EVERY_S, takes the step of the rotation that is due, and keeps the last good
set where the store has none.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, assert_never

from gateway.core.evidence import Signer
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.keyring import Keyring
from gateway.keys.memory import MemoryStore
from gateway.keys.rotation import Rotation
from gateway.keys.schedule import LOOK_EVERY_S as LOOK_EVERY_S  # noqa: PLC0414 - who holds custody calls `look`
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.store import KeyStore, keyring_of
from gateway.keys.stored_key import StoredKey


class CustodyObserver(Protocol):
    """Who wants to know. Told on the event loop; must not block or raise."""

    def keys_changed(self, keyring: Keyring) -> None:
        """Other keys, or another one signs."""

    def store_failed(self, error: KeyStoreError) -> None:
        """The store cannot be used, and the last good keys stay: once for each new problem."""

    def store_healed(self) -> None:
        """The store is good again."""


class Custody:
    """The keys of one store over time: looks, advances what is due, keeps the last good set."""

    __slots__ = ("_algorithm", "_clock", "_has", "_observer", "_problem", "_rotation", "_store")

    def __init__(
        self,
        store: KeyStore,
        *,
        algorithm: Algorithm,
        rotate_every_s: int | None,
        clock: Callable[[], float],
        observer: CustodyObserver | None = None,
    ) -> None:
        """`clock` gives seconds since the epoch. Without `rotate_every_s` nothing is ever written."""
        self._store = store
        self._algorithm = algorithm
        self._rotation = (
            None if rotate_every_s is None else Rotation(algorithm=algorithm, every_s=rotate_every_s)
        )
        self._clock = clock
        self._observer = observer
        self._has = _Keys(stored=(), keyring=Keyring((), algorithm=algorithm))  # signs nothing
        self._problem: str | None = None

    def open(self) -> Keyring:
        """Load the keys, made first where the store makes them, and take the step that is due.

        Blocks on the disk. Raises: KeyStoreError where there are no keys that can sign. Keys that can be
        read and not be written are good to start with: `look` tells as soon as a step is due.
        """
        self._has = self._fit(self._store.load(algorithm=self._algorithm, clock=self._clock))
        if self._rotation is not None:
            with suppress(KeyStoreError):
                # Also where nothing is due: what a killed writer has left behind is removed.
                self._has = self._fit(self._advance(self._has.stored))
        return self.keyring

    @property
    def keyring(self) -> Keyring:
        """The last good one; before `open` an empty one."""
        return self._has.keyring

    @property
    def stored(self) -> tuple[StoredKey, ...]:
        """The keys of `keyring`, with their private halves."""
        return self._has.stored

    def signer(self) -> Signer | None:
        """Give the key that signs now; None before `open`, which mints nothing."""
        return self._has.keyring.signer()

    async def look(self) -> bool:
        """Look at the store, in a thread, and take the step that is due. Say whether the keys changed.

        Never raises KeyStoreError: the observer is told, and the last good keys stay. Not to be called
        again before it has answered.
        """
        found, problem = await asyncio.to_thread(self._look)
        changed = found.stored != self._has.stored
        if changed:
            self._has = found
        self._tell(problem, changed=changed)
        return changed

    def _look(self) -> "tuple[_Keys, KeyStoreError | None]":
        """What can be read is believed, also where the step that is due cannot be written."""
        found = self._has
        try:
            found = self._fit(self._read())
            if self._rotation is not None and self._rotation.due(found.stored, now=self._now()):
                found = self._fit(self._advance(found.stored))
        except KeyStoreError as error:
            return found, error
        return found, None

    def _read(self) -> tuple[StoredKey, ...]:
        match self._store:
            case MemoryStore():
                return self._has.stored
            case DirectoryStore() | SharedStore() as store:
                return store.read()
            case _:
                assert_never(self._store)

    def _advance(self, stored: tuple[StoredKey, ...]) -> tuple[StoredKey, ...]:
        match self._store:
            case MemoryStore():
                return self._revise(stored)
            case DirectoryStore() as store:
                return store.change(self._revise)
            case SharedStore():  # whoever writes it rotates
                return stored
            case _:
                assert_never(self._store)

    def _revise(self, stored: tuple[StoredKey, ...]) -> tuple[StoredKey, ...]:
        if self._rotation is None:
            return stored
        return self._rotation.advance(stored, now=self._now(), make=SigningKey.generate)

    def _fit(self, stored: tuple[StoredKey, ...]) -> "_Keys":
        return _Keys(stored=stored, keyring=keyring_of(self._store, stored, algorithm=self._algorithm))

    def _now(self) -> int:
        return int(self._clock())

    def _tell(self, problem: KeyStoreError | None, *, changed: bool) -> None:
        before, self._problem = self._problem, None if problem is None else str(problem)
        if self._observer is None:
            return
        if problem is not None and before != self._problem:
            self._observer.store_failed(problem)
        if problem is None and before is not None:
            self._observer.store_healed()
        if changed:
            self._observer.keys_changed(self._has.keyring)


# --- private ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """Exchanged as one: what is published and signed with is always what is stored."""

    stored: tuple[StoredKey, ...]
    keyring: Keyring
