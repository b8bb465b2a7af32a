"""How did an attempt to read an issuer's keys end?

A closed vocabulary for metrics and logs: `FailureKind` for what the network did, `KeysFault` for what
came, and two words for success.
"""

from enum import StrEnum, unique
from typing import Final, Protocol

from gateway.core.jwk import DroppedKey
from gateway.net.failure import FailureKind


@unique
class KeysFault(StrEnum):
    """Why a document that came is not believed."""

    METADATA_MALFORMED = "metadata_malformed"
    ISSUER_DIFFERS = "issuer_differs"
    """The metadata speaks for another issuer (RFC 8414 section 3.3)."""
    JWKS_URI_REFUSED = "jwks_uri_refused"
    """Absent, or not a URL that we fetch."""
    JWKS_MALFORMED = "jwks_malformed"
    NO_USABLE_KEY = "no_usable_key"
    """The set is empty, or no key in it is fit."""
    FILE_UNREADABLE = "file_unreadable"
    BUDGET_SPENT = "budget_spent"
    """We have asked the issuer often enough for now."""
    INTERNAL = "internal"
    """Our bug."""


class KeysUnread(Exception):
    """No key set. Never holds anything of the document."""

    def __init__(self, fault: KeysFault, *, retry_after_s: float | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.retry_after_s = retry_after_s


REFRESHED: Final = "refreshed"
UNCHANGED: Final = "unchanged"
OUTCOMES: Final[frozenset[str]] = frozenset({REFRESHED, UNCHANGED, *FailureKind, *KeysFault})
"""Every value that `KeysObserver.fetched` is told: the labels of a metric."""


class KeysObserver(Protocol):
    """Who is told, for metrics and logs. Called on the event loop; must not block or raise."""

    def fetched(self, issuer_id: str, outcome: str) -> None:
        """An attempt ended; `outcome` is one of OUTCOMES."""

    def dropped(self, issuer_id: str, keys: tuple[DroppedKey, ...]) -> None:
        """A new document came, in which these keys are unfit. Called with none where all are fit."""


class Unobserved:
    """Nobody is told."""

    def fetched(self, issuer_id: str, outcome: str) -> None:
        """Forget it."""

    def dropped(self, issuer_id: str, keys: tuple[DroppedKey, ...]) -> None:
        """Forget it."""
