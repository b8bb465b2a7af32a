"""Who is asking?

Valid claims in, a `Principal` out: issuer and subject together (the same `sub` at two issuers is two
subjects), client id, and scopes, those of the token and those that the operator's grants give.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from gateway.core.claim_path import ABSENT, follow, same
from gateway.core.claims import Span, ValidClaims
from gateway.core.policy import ClaimPath
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Grant

MAX_SUBJECT_LENGTH: Final = 255  # OpenID Connect Core section 2, "MUST NOT exceed 255 ASCII characters"
MAX_CLIENT_LENGTH: Final = 255
MAX_SCOPES: Final = 256


class Principal(NamedTuple):
    """Issuer + subject + attributes. Its repr names nobody."""

    issuer_id: str
    issuer: str
    subject: str
    """The subject under its issuer; never unique by itself."""
    client_id: str
    """Empty where the issuer's tokens name none."""
    scopes: frozenset[str]
    audiences: frozenset[str]
    claims: Mapping[str, Any]
    expires_at: int
    leeway_s: int
    span: Span
    """When its claims hold."""

    @property
    def qualified_subject(self) -> str:
        """`<issuer id>:<sub>`: unique, because an issuer id holds no colon."""
        return f"{self.issuer_id}:{self.subject}"

    def __repr__(self) -> str:
        return f"Principal(issuer_id={self.issuer_id!r})"


def identify(valid: ValidClaims) -> Principal:
    """Map claims to a principal.

    Raises: Refusal(subject_unmappable) where there is no subject of 1-255 characters,
    Refusal(claim_malformed) where a claim to be read has the wrong type.
    """
    shape, issuer = valid.issuer.shape, valid.issuer
    claims = valid.claims
    return Principal(
        issuer.id,
        issuer.issuer,
        _subject(claims, shape.subject_from),
        _client(claims, shape.client_from),
        _scopes(claims, shape.scopes_from, issuer.grants),
        valid.audiences,
        claims,
        valid.expires_at,
        issuer.leeway_s,
        valid.span,
    )


# --- private ---

_SCOPE: Final = re.compile(r"[!#-\[\]-~]+")  # scope-token, RFC 6749 section 3.3


def _subject(claims: Mapping[str, Any], path: ClaimPath) -> str:
    value = follow(claims, path)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_SUBJECT_LENGTH:
        raise Refusal(Reason.SUBJECT_UNMAPPABLE, ".".join(path))
    return value


def _client(claims: Mapping[str, Any], paths: tuple[ClaimPath, ...]) -> str:
    for path in paths:
        value = follow(claims, path)
        if value is ABSENT:
            continue
        if not isinstance(value, str) or not 0 < len(value) <= MAX_CLIENT_LENGTH:
            raise Refusal(Reason.CLAIM_MALFORMED, ".".join(path))
        return value
    return ""


def _scopes(
    claims: Mapping[str, Any], paths: tuple[ClaimPath, ...], grants: tuple[Grant, ...]
) -> frozenset[str]:
    scopes: set[str] = set()
    for path in paths:
        value = follow(claims, path)
        if value is not ABSENT:
            scopes.update(_scopes_in(value, path))
    if len(scopes) > MAX_SCOPES:
        raise Refusal(Reason.CLAIM_MALFORMED, "more scopes than a token can mean")
    for grant in grants:
        if _holds(grant, claims):
            scopes |= grant.scopes
    return frozenset(scopes)


def _scopes_in(value: Any, path: ClaimPath) -> Iterable[str]:
    if isinstance(value, str):
        names = value.split(" ")
    elif isinstance(value, list) and all(isinstance(name, str) for name in value):
        names = value
    else:
        raise Refusal(Reason.CLAIM_MALFORMED, ".".join(path))
    # What is not a scope-token cannot be required by any route; it is left out, never repaired.
    return filter(_SCOPE.fullmatch, names)


def _holds(grant: Grant, claims: Mapping[str, Any]) -> bool:
    value = follow(claims, grant.path)
    if isinstance(value, list):
        return any(same(one, grant.value) for one in value)
    return same(value, grant.value)
