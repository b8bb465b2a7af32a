"""On what conditions does the same question have the same answer?

A permit says so itself, so that a memo need know nothing of tokens: while these conditions hold, walking
again would give this permit, with a newly minted token or with the same one where the route allows it.
"""

from typing import NamedTuple

from gateway.core.authorize import Permission
from gateway.core.claims import Span
from gateway.core.jwk import KeySet, VerificationKey
from gateway.core.jws import SignedClaims
from gateway.core.mint import Blank, span_of
from gateway.core.revocation import Revocations, RevocationTags


class Remember(NamedTuple):
    """The conditions of one permit. Snapshot, question and signing key are the memo's to compare."""

    start: int
    """From when on, in whole seconds since the epoch."""
    end: int
    """From then on no more."""
    kid: str | None
    algorithm: str
    candidates: tuple[VerificationKey, ...]
    """The issuer publishes exactly these keys for tokens with this header."""
    revocable: RevocationTags
    """The operator has not taken back what these name."""
    blank: Blank | None
    """What to mint anew each time. None: the token may be given again within the span."""

    def __repr__(self) -> str:
        return f"Remember({self.revocable!r})"


def conditions(
    permission: Permission, signed: SignedClaims, tags: RevocationTags, blank: Blank, *, now: int
) -> Remember:
    """Say on what the permit of this permission rests. `blank` is what its token was made of."""
    span, downstream = span_of(permission), permission.route.downstream
    reuse_s = 0 if downstream is None else downstream.reuse_s
    if reuse_s:
        span = Span(max(span.start, now), min(span.end, now + reuse_s))
    header = signed.header
    return Remember(
        span.start,
        span.end,
        header.get("kid"),
        header["alg"],
        signed.candidates,
        tags,
        None if reuse_s else blank,
    )


def holds_under(remember: Remember, published: KeySet) -> bool:
    """Whether the issuer, now publishing these keys, has the same ones for such a token as before."""
    return published.candidates(remember.kid, remember.algorithm) == remember.candidates


def holds_beside(remember: Remember, revoked: Revocations, token: bytes) -> bool:
    """Whether this deny list leaves the token alone."""
    return not revoked.names(remember.revocable, token)
