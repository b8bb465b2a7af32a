"""Has the operator taken this token back?

A deny list: tokens by `jti` or fingerprint, subjects, and issuers' keys. It is asked once the signature
holds, for before that a token names nothing, and it reads no clock: a token is named or not, whenever that is
asked. So whoever remembers an answer can ask again, of a newer list, with the tags and the token's text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.core.claim_path import follow
from gateway.core.jws import SignedClaims
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Issuer


class RevocationTags(NamedTuple):
    """By what a token can be named. As true as its signature, and no more than that."""

    issuer_id: str
    jti: str | None
    subject: str | None
    """As the issuer's `subject_from` maps it."""
    issued_at: float | None
    """`iat`, seconds since the epoch."""
    kid: str | None
    """Of the key that verified it, whatever the token's header says."""
    thumbprint: str
    """Of the same key (RFC 7638), for one that has no `kid`, or several."""

    def __repr__(self) -> str:
        """Name nobody."""
        return f"RevocationTags(issuer_id={self.issuer_id!r})"


def tags_of(signed: SignedClaims, issuer: Issuer) -> RevocationTags:
    """Give what names a token. A claim of the wrong type names nothing, and is refused later."""
    claims = signed.claims
    issued_at = claims.get("iat")
    return RevocationTags(
        issuer_id=signed.issuer_id,
        jti=_text(claims.get("jti")),
        subject=_text(follow(claims, issuer.shape.subject_from)),
        issued_at=issued_at if type(issued_at) is int or type(issued_at) is float else None,
        kid=signed.key.kid,
        thumbprint=signed.key.thumbprint,
    )


Named = tuple[str, str]
"""An issuer id and a name that only this issuer gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocations:
    """What has been taken back. Each look-up costs the same, however long the list is."""

    jtis: frozenset[Named] = field(default=frozenset(), repr=False)
    subjects: Mapping[Named, int | None] = field(default_factory=dict, repr=False)
    """All tokens of a subject; with a moment, those that were issued before it."""
    keys: frozenset[Named] = field(default=frozenset(), repr=False)
    """By `kid`, or by thumbprint."""
    fingerprints: frozenset[str] = field(default=frozenset(), repr=False)
    fingerprint: Callable[[bytes], str] | None = field(default=None, repr=False)
    """Gives the fingerprint of a token: keyed, so not the core's to make. Called only where any is listed."""

    def __post_init__(self) -> None:
        """Raises: ValueError where fingerprints are listed that nobody can compare."""
        if self.fingerprints and self.fingerprint is None:
            raise ValueError("fingerprints are listed, and there is nothing to make them with")

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.jtis) + len(self.subjects) + len(self.keys) + len(self.fingerprints)

    def __or__(self, other: "Revocations") -> "Revocations":
        """Name what either of the two names."""
        return Revocations(
            jtis=self.jtis | other.jtis,
            subjects={**self.subjects, **_widened(other.subjects, self.subjects)},
            keys=self.keys | other.keys,
            fingerprints=self.fingerprints | other.fingerprints,
            fingerprint=other.fingerprint or self.fingerprint,
        )

    def check(self, tags: RevocationTags, token: bytes) -> None:
        """Refuse a token that the list names. Raises: Refusal(token_revoked)."""
        how = self._how(tags, token)
        if how is not None:
            raise Refusal(Reason.TOKEN_REVOKED, how)

    def names(self, tags: RevocationTags, token: bytes) -> bool:
        """Whether `check` would refuse. `token` is the text that was presented, with these tags."""
        return self._how(tags, token) is not None

    # --- private ---

    def _how(self, tags: RevocationTags, token: bytes) -> str | None:
        """By what the list names it; nothing of the token's own is in that."""
        issuer_id = tags.issuer_id
        if self.keys and ((issuer_id, tags.kid) in self.keys or (issuer_id, tags.thumbprint) in self.keys):
            return "by its key"
        if self.jtis and (issuer_id, tags.jti) in self.jtis:
            return "by its jti"
        if self.subjects and self._names_subject(tags):
            return "by its subject"
        if (
            self.fingerprints
            and self.fingerprint is not None
            and self.fingerprint(token) in self.fingerprints
        ):
            return "by its fingerprint"
        return None

    def _names_subject(self, tags: RevocationTags) -> bool:
        """A token that does not say when it was issued was issued before anything."""
        if tags.subject is None or (tags.issuer_id, tags.subject) not in self.subjects:
            return False
        issued_before = self.subjects[tags.issuer_id, tags.subject]
        return issued_before is None or tags.issued_at is None or tags.issued_at < issued_before


def wider(first: int | None, second: int | None) -> int | None:
    """Of two moments before which tokens are taken back, the one that names more; none is all of them."""
    return None if first is None or second is None else max(first, second)


NOTHING_REVOKED: Final = Revocations()
"""The list of an operator who keeps none: has to be chosen, and never is by leaving it out."""


# --- private ---


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _widened(these: Mapping[Named, int | None], by: Mapping[Named, int | None]) -> Mapping[Named, int | None]:
    return {name: wider(before, by[name]) if name in by else before for name, before in these.items()}
