"""What does a store give, and where is a key in its life?"""

from dataclasses import dataclass
from enum import StrEnum, unique

from gateway.keys.signing_key import SigningKey


@unique
class KeyState(StrEnum):
    """Where a key is in its life. Every key that a store gives is published; only an active one signs."""

    PENDING = "pending"
    """Published so that verifiers have it before it signs."""
    ACTIVE = "active"
    RETIRING = "retiring"
    """Published until the last token that it signed has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """One key of a store."""

    key: SigningKey
    state: KeyState
    created_at: int
    """Whole seconds since the epoch."""
    since: int | None = None
    """When its state began; None where the manifest does not say, as one of an older gateway does not."""
