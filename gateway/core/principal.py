"""Who is asking?

Valid claims in, a `Principal` out: issuer and subject together (the same `sub` at two issuers is two
subjects), client id, and scopes, those of the token and those that the operator's grants give.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.core.claim_path import ABSENT, follow, same
from gateway.core.claims import Span, ValidClaims
from gateway.core.policy import ClaimPath
from gateway.core.reason import Reason, Refusal
from gateway.core.trust import Grant

MAX_SUBJECT_LENGTH: Final = 255  # OpenID Connect Core section 2, "MUST NOT exceed 255 ASCII characters"
MAX_CLIENT_LENGTH: Final = 255
MAX_SCOPES: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Issuer + subject + attributes. Its repr names nobody."""

    issuer_id: str
    issuer: str
    subject: str = field(repr=False)
    """The subject under its issuer; never unique by itself."""
    client_id: str = field(repr=False)
    """Empty where the issuer's tokens name none."""
    scopes: frozenset[str] = field(repr=False)
    audiences: frozenset[str] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    expires_at: int
    leeway_s: int
    span: Span
    """When its claims hold."""

    @property
    def qualified_subject(self) -> str:
        """`<issuer id>:<sub>`: unique, because an issuer id holds no colon."""
        return f"{self.issuer_id}:{self.subject}"


def identify(valid: ValidClaims) -> Principal:
    """Map claims to a principal.

    Raises: Refusal(subject_unmappable) where there is no subject of 1-255 characters,
    Refusal(claim_malformed) where a claim to be read has the wrong type.
    """
    shape, issuer = valid.issuer.shape, valid.issuer
    return Principal(
        issuer_id=issuer.id,
        issuer=issuer.issuer,
        subject=_subject(valid.claims, shape.subject_from),
        client_id=_client(valid.claims, shape.client_from),
        scopes=_scopes(valid.claims, shape.scopes_from, issuer.grants),
        audiences=valid.audiences,
        claims=valid.claims,
        expires_at=valid.expires_at,
        leeway_s=issuer.leeway_s,
        span=valid.span,
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
    scopes = {scope for path in paths for scope in _scopes_at(claims, path)}
    if len(scopes) > MAX_SCOPES:
        raise Refusal(Reason.CLAIM_MALFORMED, "more scopes than a token can mean")
    for grant in grants:
        if _holds(grant, claims):
            scopes |= grant.scopes
    return frozenset(scopes)


def _scopes_at(claims: Mapping[str, Any], path: ClaimPath) -> Iterator[str]:
    value = follow(claims, path)
    if value is ABSENT:
        return
    names = value.split(" ") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(Reason.CLAIM_MALFORMED, ".".join(path))
    # What is not a scope-token cannot be required by any route; it is left out, never repaired.
    yield from filter(_SCOPE.fullmatch, names)


def _holds(grant: Grant, claims: Mapping[str, Any]) -> bool:
    value = follow(claims, grant.path)
    if isinstance(value, list):
        return any(same(one, grant.value) for one in value)
    return same(value, grant.value)
