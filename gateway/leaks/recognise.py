"""Whose token is this, and can it still be used?

Asked of a token that somebody found, not of one that was presented: it decides nothing. What is said of it
is the operator's own name for the issuer and when it ends, and no claim beside.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from typing import Any

from gateway.core.claim_path import follow
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import KeySet
from gateway.core.jws import UnverifiedJws, open_, parse
from gateway.core.reason import Reason, Refusal
from gateway.core.revocation import Revocations, RevocationTags
from gateway.core.trust import Issuer
from gateway.leaks.keys_at_hand import KeysAtHand


@unique
class Whose(StrEnum):
    """Who has issued it, by its own word."""

    ISSUER = "issuer"
    """One of the configuration."""
    OURS = "ours"
    """This gateway: a backend's token."""
    STRANGER = "stranger"
    """Somebody whom the configuration does not name."""
    OPAQUE = "opaque"
    """No JWT of a form that the gateway reads."""


@unique
class Signature(StrEnum):
    """What the keys at hand say of it."""

    GOOD = "good"
    BAD = "bad"
    UNCHECKED = "unchecked"
    """No key is at hand that could say."""


@unique
class Life(StrEnum):
    """Where the token is in its life."""

    NOT_YET = "not_yet"
    LIVE = "live"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """It does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What can be said of a token without repeating any of it."""

    whose: Whose
    issuer_id: str | None = None
    signature: Signature = Signature.UNCHECKED
    life: Life = Life.UNKNOWN
    not_before: int | None = None
    """`nbf`, seconds since the epoch, rounded up."""
    expires_at: int | None = None
    """`exp`, rounded up, without leeway."""
    reason: Reason | None = None
    """Why the gateway cannot read it."""
    revoked: bool = False
    """Whether the deny list names it."""
    jti: str | None = field(default=None, repr=False)
    """For an entry of the deny list; never printed as a finding."""

    @property
    def may_be_used(self) -> bool:
        """Whether nothing that is known here stops it. What is not known stops nothing."""
        return self.life is not Life.EXPIRED and self.signature is not Signature.BAD and not self.revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom the configuration names, and what it takes back."""

    issuers: Mapping[str, Issuer]
    """By `iss`."""
    our_issuer: str
    keys: KeysAtHand
    revoked: Revocations


def recognise(token: bytes, known: Known, *, now: float) -> Recognised:
    """Say whose it is and whether it still counts, at `now` in seconds since the epoch.

    An issuer's token counts as long as the gateway takes it, its leeway included (RFC 7519 section 4.1.4);
    any other until its `exp`. Never raises for what a token holds. Gives no claim but the times and the jti.
    """
    try:
        jws = parse(UnverifiedToken(token))
    except Refusal as refusal:
        return Recognised(whose=Whose.OPAQUE, reason=refusal.reason)
    name = jws.unverified_claims.get("iss")
    issuer = known.issuers.get(name) if isinstance(name, str) else None
    if issuer is not None:
        return _of_issuer(jws, token, issuer, known, now)
    if name == known.our_issuer:
        signature = _signature(jws, "", known.keys.ours)
        return _timed(jws, Recognised(whose=Whose.OURS, signature=signature), now)
    return _timed(jws, Recognised(whose=Whose.STRANGER), now)


# --- private ---


def _of_issuer(jws: UnverifiedJws, token: bytes, issuer: Issuer, known: Known, now: float) -> Recognised:
    jti = jws.unverified_claims.get("jti")
    found = Recognised(
        whose=Whose.ISSUER,
        issuer_id=issuer.id,
        signature=_signature(jws, issuer.id, known.keys.of_issuers.get(issuer.id)),
        revoked=known.revoked.names(_tags(jws, issuer), token),
        jti=jti if isinstance(jti, str) else None,
    )
    return _timed(jws, found, now, leeway_s=issuer.leeway_s)


def _signature(jws: UnverifiedJws, issuer_id: str, keys: KeySet | None) -> Signature:
    if keys is None:
        return Signature.UNCHECKED
    try:
        open_(jws, issuer_id, keys.candidates(jws.kid, jws.algorithm))
    except Refusal as refusal:
        # A key that is not at hand may be one that has been rotated away, or is yet to be fetched.
        return Signature.BAD if refusal.reason is Reason.SIGNATURE_INVALID else Signature.UNCHECKED
    return Signature.GOOD


def _tags(jws: UnverifiedJws, issuer: Issuer) -> RevocationTags:
    """As `gateway.core.revocation.tags_of`, of a token whose key may not be at hand."""
    claims = jws.unverified_claims
    jti, subject, issued = claims.get("jti"), follow(claims, issuer.shape.subject_from), claims.get("iat")
    return RevocationTags(
        issuer_id=issuer.id,
        jti=jti if isinstance(jti, str) else None,
        subject=subject if isinstance(subject, str) else None,
        issued_at=issued if _is_number(issued) else None,
        kid=jws.kid,
        thumbprint="",
    )


def _timed(jws: UnverifiedJws, found: Recognised, now: float, *, leeway_s: int = 0) -> Recognised:
    starts, ends = (_moment(jws.unverified_claims.get(name)) for name in ("nbf", "exp"))
    return replace(
        found, life=_life(starts, ends, now, leeway_s=leeway_s), not_before=starts, expires_at=ends
    )


def _life(starts: int | None, ends: int | None, now: float, *, leeway_s: int) -> Life:
    if ends is not None and now >= ends + leeway_s:
        return Life.EXPIRED
    if starts is not None and now + leeway_s < starts:
        return Life.NOT_YET
    return Life.UNKNOWN if ends is None else Life.LIVE


def _moment(value: Any) -> int | None:
    return math.ceil(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float
