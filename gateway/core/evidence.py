"""What did we look up, and what is still to be looked up?

The walk never waits. Where it lacks something it raises `Unanswerable` with the need; the engine
fetches through `gateway.sources` and asks again, with the same question and more evidence. A look-up
that failed is evidence too (`Unavailable`): silence never becomes a permit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from gateway.core.jwk import KeySet
    from gateway.core.jws import SignedClaims
    from gateway.core.revocation import Revocations


@dataclass(frozen=True, slots=True)
class KeysNeeded:
    """A `Lookup`: the issuer's key set; with `kid`, one that was fetched after we missed that kid.

    Idempotent and cacheable. The source may answer with the set it has: then the kid is unknown.
    """

    issuer_id: str
    kid: str | None = field(default=None, repr=False)
    """The client's text: never printed."""


Need = KeysNeeded
"""The closed union of needs. Introspection, reviews and exchanges join it with their issues."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The look-up was tried and failed, or may not be tried yet."""

    retry_after_s: int = 5


class Signer(Protocol):
    """The gateway's own signing key. Signing is deterministic (RFC 6979, RFC 8032): a pure function."""

    @property
    def kid(self) -> str:
        """The key's id, in the header of what it signs."""

    @property
    def algorithm(self) -> str:
        """`ES256` or `EdDSA`."""

    def sign(self, signing_input: bytes) -> bytes:
        """The JWS signature of these bytes."""


class Evidence(NamedTuple):
    """What is known when the question is asked."""

    signer: Signer | None
    keys: Mapping[str, "KeySet"]
    """By issuer id: the sets that are fresh enough to be believed."""
    revoked: "Revocations"
    """What the operator has taken back. Has no default: a forgotten list must not look like an empty one."""
    found: Mapping[Need, "KeySet | Unavailable"] = MappingProxyType({})
    """What earlier rounds of this very question fetched."""
    signed: "SignedClaims | None" = None
    """Verified in an earlier round, so that a second round never repeats a signature check."""


class Unanswerable(Exception):
    """Raised inside the walk where evidence is missing; becomes `Pending` at its edge."""

    def __init__(self, need: Need) -> None:
        super().__init__(f"keys of {need.issuer_id}")
        self.need = need
