"""Whom do we believe, and about what?

An `Issuer` is one identity provider as the operator described it: what its tokens look like (the
preset, with every field overridable) and which of them are meant for us. Its keys are evidence and
live elsewhere, by issuer id: a key is only ever looked up inside the issuer that the token names, so
that one issuer's key can never vouch for another (RFC 8725 section 3.8).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from gateway.core.policy import ClaimPath, ClaimValue


class TokenTest(Enum):
    """How an issuer's access tokens are told from its other tokens (RFC 8725 section 3.12)."""

    RFC9068 = "rfc9068"
    """`jti`, `client_id` and `iat` are present (RFC 9068 section 2.2)."""
    KEYCLOAK = "keycloak"
    """The claim `typ` is `Bearer`."""
    AUTH0 = "auth0"
    """No `nonce`, no `at_hash`, and the audience is not just the client itself."""
    ENTRA = "entra"
    """Version 2.0, `scp` or `roles` present, no `nonce` in the header."""
    OKTA = "okta"
    """`cid` and `scp` are present."""
    COGNITO = "cognito"
    """`token_use` is `access`."""
    ID_TOKEN = "id_token"  # noqa: S105
    """The issuer has only ID tokens, and the operator asked for them by name."""
    KUBERNETES = "kubernetes"
    """The claim `kubernetes.io` is an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Scopes for those whose claim at `path` equals or contains `value`."""

    path: ClaimPath
    value: ClaimValue
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an issuer's access tokens look like: a preset, or a preset with overrides."""

    preset: str
    algorithms: frozenset[str]
    token_types: frozenset[str | None]
    """Accepted header `typ`, lower case, `application/` cut off; None accepts its absence."""
    token_test: TokenTest
    audience_from: str
    """The claim that is compared with `audiences`: `aud`, or `client_id` where there is none."""
    subject_from: ClaimPath
    client_from: tuple[ClaimPath, ...]
    """The first that is present gives the client id; none present is an empty client id."""
    scopes_from: tuple[ClaimPath, ...]
    """All of them give scopes: a string is split at spaces, an array of strings is taken whole."""
    max_lifetime_s: int
    """`exp - iat`; where there is no `iat`, `exp - now`."""
    requires_tenant: bool = False
    """Callers choose the audience themselves: a claim must name the operator's tenant."""
    max_age_s: int | None = None
    """`now - iat` at most, where tokens live longer than they should be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One identity provider of the configuration."""

    id: str
    """The operator's name for it: metric label, log field, first half of every subject."""
    issuer: str
    """`iss`, compared exactly."""
    audiences: frozenset[str]
    shape: Shape
    leeway_s: int = 30
    grants: tuple[Grant, ...] = ()
    tenant: Mapping[ClaimPath, frozenset[ClaimValue]] | None = None
    """Claims that must have one of these values before the token counts as this issuer's at all."""


# Where an issuer's keys are: data only, fetched by `gateway.sources` -------------------------------


@dataclass(frozen=True, slots=True)
class KeysDiscovered:
    """In the document that the issuer's metadata names (RFC 8414 section 3, OIDC Discovery 4)."""

    issuer: str


@dataclass(frozen=True, slots=True)
class KeysAtUri:
    """At this URL."""

    uri: str


@dataclass(frozen=True, slots=True)
class KeysInFile:
    """In this file, read again when it changes."""

    path: str


KeyLocation = KeysDiscovered | KeysAtUri | KeysInFile
