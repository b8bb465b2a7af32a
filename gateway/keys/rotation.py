"""What ought our keys to be now?

    pending --PENDING_S--> active --successor signs--> retiring --RETIRING_S--> gone

Pure: from the stored keys and one clock reading. Whoever finds a step due takes it, for all who share the
store. Each step waits its full time from when the step before it was really taken, so a gateway that was
stopped for a month still publishes a key before it signs with it. Keys of another algorithm are left alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import assert_never

from gateway.keys.schedule import PENDING_S, RETIRING_S
from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey

MakeKey = Callable[[Algorithm], SigningKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How the keys of one algorithm follow each other."""

    algorithm: Algorithm
    every_s: int
    """From the moment at which a key begins to sign to that at which its successor does."""
    mounted_s: int = 0
    """How much later than on a disk every process sees a change of the store."""

    @property
    def pending_s(self) -> int:
        """How long a new key is published before it signs."""
        return PENDING_S + self.mounted_s

    @property
    def retiring_s(self) -> int:
        """How long an old key is published after it was told to sign no more."""
        return RETIRING_S + self.mounted_s

    def due(self, keys: Sequence[StoredKey], *, now: int) -> bool:
        """Say whether `advance` would change anything."""
        advanced = self._moved(keys, now)
        return advanced != tuple(keys) or self._lacks_successor(advanced, now)

    def advance(self, keys: Sequence[StoredKey], *, now: int, make: MakeKey) -> tuple[StoredKey, ...]:
        """Take every step that is due; `make` is called where a successor is.

        Units: now in whole seconds since the epoch. Exactly one active key stays exactly one. Where there
        is none, or more than one, nothing is changed: that is for a person to decide.
        """
        advanced = self._moved(keys, now)
        if self._lacks_successor(advanced, now):
            return publish(advanced, make(self.algorithm), now=now)
        return advanced

    def active(self, keys: Sequence[StoredKey]) -> StoredKey | None:
        """Give the one active key; None where there is none or more than one."""
        found = self._of(keys, KeyState.ACTIVE)
        return found[0] if len(found) == 1 else None

    def pending(self, keys: Sequence[StoredKey]) -> StoredKey | None:
        """Give the key that is to sign next: the one that has waited longest."""
        found = self._of(keys, KeyState.PENDING)
        return min(found, key=lambda stored: (stored.since or 0, stored.key.kid)) if found else None

    def _of(self, keys: Sequence[StoredKey], state: KeyState) -> list[StoredKey]:
        return [one for one in keys if one.key.algorithm == self.algorithm and one.state is state]

    def _moved(self, keys: Sequence[StoredKey], now: int) -> tuple[StoredKey, ...]:
        if self.active(keys) is None:
            return tuple(keys)
        kept = tuple(_dated(one, now) if self._mine(one) else one for one in keys)
        kept = tuple(one for one in kept if not (self._mine(one) and self._is_over(one, now)))
        successor = self.pending(kept)
        if successor is not None and now - began(successor) >= self.pending_s:
            return promote(kept, successor.key.kid, now=now)
        return kept

    def _is_over(self, stored: StoredKey, now: int) -> bool:
        return stored.state is KeyState.RETIRING and now - began(stored) >= self.retiring_s

    def _mine(self, stored: StoredKey) -> bool:
        return stored.key.algorithm == self.algorithm

    def _lacks_successor(self, keys: Sequence[StoredKey], now: int) -> bool:
        active = self.active(keys)
        if active is None or self.pending(keys) is not None:
            return False
        return now - began(active) >= self.every_s - self.pending_s


def publish(keys: Sequence[StoredKey], key: SigningKey, *, now: int) -> tuple[StoredKey, ...]:
    """Add a key that is to sign when every verifier has it."""
    return (*keys, StoredKey(key=key, state=KeyState.PENDING, created_at=now, since=now))


def promote(keys: Sequence[StoredKey], kid: str, *, now: int) -> tuple[StoredKey, ...]:
    """Let this key sign, and the active one of its algorithm retire, in one step.

    Raises: KeyError where there is no such key. Never waits: that is for who calls it.
    """
    algorithm = {one.key.kid: one.key.algorithm for one in keys}[kid]

    def moved(stored: StoredKey) -> StoredKey:
        if stored.key.kid == kid:
            return replace(stored, state=KeyState.ACTIVE, since=now)
        if stored.key.algorithm == algorithm and stored.state is KeyState.ACTIVE:
            return replace(stored, state=KeyState.RETIRING, since=now)
        return stored

    return tuple(map(moved, keys))


@unique
class Step(StrEnum):
    """What happens to a key next."""

    SIGNS = "signs"
    SUCCESSOR = "successor is published"
    RETIRES = "retires"
    GONE = "is gone"


def next_step(stored: StoredKey, keys: Sequence[StoredKey], rotation: Rotation) -> tuple[Step, int] | None:
    """Say what happens to a key next, and not before when; None where no rule of ours says so.

    Units: whole seconds since the epoch. A moment in the past means: as soon as a gateway looks.
    """
    if stored.key.algorithm != rotation.algorithm:
        return None
    match stored.state:
        case KeyState.PENDING:
            return (Step.SIGNS, began(stored) + rotation.pending_s)
        case KeyState.RETIRING:
            return (Step.GONE, began(stored) + rotation.retiring_s)
        case KeyState.ACTIVE:
            successor = rotation.pending(keys)
            if successor is not None:
                return (Step.RETIRES, began(successor) + rotation.pending_s)
            return (Step.SUCCESSOR, began(stored) + rotation.every_s - rotation.pending_s)
        case _:
            assert_never(stored.state)


def began(stored: StoredKey) -> int:
    """Give the moment since when a key is what it is, as far as is known."""
    return stored.created_at if stored.since is None else stored.since


# --- private ---


def _dated(stored: StoredKey, now: int) -> StoredKey:
    """Where it is not known when a waiting began, it begins now: too long is safe, too short is not."""
    if stored.since is not None:
        return stored
    return replace(stored, since=stored.created_at if stored.state is KeyState.ACTIVE else now)
