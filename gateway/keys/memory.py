"""Where is a key that nobody keeps?"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.keys.signing_key import Algorithm, SigningKey
from gateway.keys.stored_key import KeyState, StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryStore:
    """Keys that die with the process: one replica, development, tests."""

    def load(self, *, algorithm: Algorithm, clock: Callable[[], float]) -> tuple[StoredKey, ...]:
        """Make a new key at each call."""
        key = SigningKey.generate(algorithm)
        now = int(clock())
        return (StoredKey(key=key, state=KeyState.ACTIVE, created_at=now, since=now),)
