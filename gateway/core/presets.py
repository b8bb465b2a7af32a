"""What do an issuer's tokens really look like?

One `Shape` for each identity provider people run: data only, every field can be overridden. Each field
says where it was confirmed, by the title of the document; `not confirmed` marks what no document says.
Limits are the provider's own where it documents one, never wider than its tokens need.

Roles and groups are not scopes: a role that happens to be called like a scope must not become one.
They reach a route through `grants:`. Auth0's `permissions` and Entra's `roles` are what those providers
document as the permissions of the token itself, so they do.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.core.jwk import ALGORITHMS
from gateway.core.token_shape import describe, media_type
from gateway.core.token_test import is_access_token
from gateway.core.trust import Shape, TokenTest

__all__ = ["GOOGLE_ISSUERS", "PRESETS", "describe", "fitting", "is_access_token"]

_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S
_JWT: Final = frozenset[str | None]({"jwt"})
_JWT_OR_AT_JWT: Final = frozenset[str | None]({"jwt", "at+jwt"})
_ABSENT: Final = frozenset[str | None]({None})
_RS256: Final = frozenset({"RS256"})

GOOGLE_ISSUERS: Final = frozenset({"https://accounts.google.com", "accounts.google.com"})
"""Both spellings of one issuer: "Google OpenID Connect API Reference"."""

_SHAPES: Final = (
    # RFC 9068: typ section 2.1 (`application/` and case per RFC 7515 section 4.1.9), claims section 2.2,
    # scope section 2.2.3, any asymmetric algorithm section 2.1.
    Shape(
        preset="rfc9068",
        algorithms=ALGORITHMS,
        token_types=frozenset({"at+jwt"}),
        token_test=TokenTest.RFC9068,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("client_id",),),
        scopes_from=(("scope",),),
        max_lifetime_s=_HOUR_S,  # not confirmed: the RFC names no limit; ours
    ),
    # Keycloak source, TokenUtil: values of the claim `typ`. Header `JWT`, or `at+jwt` where the client
    # has the attribute `access.token.header.type.rfc9068` (since 26.2, off by default). "Get a Keycloak
    # Token and Read Every Claim", "Keycloak Audience" (Phase Two, run against 26.7 and 26.8):
    # azp is the client, aud comes only from an audience mapper or client roles. Lifespan 5 minutes in its
    # realm templates. Not confirmed by a document: the whole list of algorithms, `client_id` beside azp.
    Shape(
        preset="keycloak",
        algorithms=ALGORITHMS,
        token_types=_JWT_OR_AT_JWT,
        token_test=TokenTest.KEYCLOAK,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("azp",), ("client_id",)),
        scopes_from=(("scope",),),
        max_lifetime_s=_HOUR_S,
    ),
    # "Access Token Profiles" (Auth0): azp in its own profile, client_id and jti in the RFC 9068 one,
    # aud may list /userinfo. "Signing Algorithms": RS256, PS256 (HS256 is refused here); RS512 only in
    # the SigningAlgorithmEnum of its Management API. "Update Access Token Lifetime": 24 h by default.
    # Header `typ`: JWT, and at+jwt with the RFC 9068 profile; the latter not confirmed by a document.
    Shape(
        preset="auth0",
        algorithms=frozenset({"RS256", "RS512", "PS256"}),
        token_types=_JWT_OR_AT_JWT,
        token_test=TokenTest.AUTH0,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("azp",), ("client_id",)),
        scopes_from=(("scope",), ("permissions",)),
        max_lifetime_s=_DAY_S,
    ),
    # "Access token claims reference" (Microsoft identity platform): typ "always JWT", RS256; in v2.0
    # tokens aud is "always the client ID of the API", azp replaces appid, scp "only for user tokens",
    # roles for applications. "Access tokens": lifetime 60-90 minutes. `iat` lies five minutes before the
    # issue: that document's own sample lives 3900 s. So 90 minutes are 5700 s of exp - iat.
    Shape(
        preset="entra",
        algorithms=_RS256,
        token_types=_JWT,
        token_test=TokenTest.ENTRA,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("azp",),),
        scopes_from=(("scp",), ("roles",)),
        max_lifetime_s=95 * 60,
    ),
    # 'The "typ" Field is Missing from the Access Token Header' (Okta Support): absent with custom
    # authorization servers; the org server's `okta-internal-at+jwt` is for Okta alone. "OpenID Connect &
    # OAuth 2.0 API", access token payload: cid; scp as an array and RS256 by a decoded token.
    # "Lifetime of the Okta Minted JSON Web Tokens" (Okta Support): 5 minutes to 24 hours.
    Shape(
        preset="okta",
        algorithms=_RS256,
        token_types=_ABSENT,
        token_test=TokenTest.OKTA,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("cid",),),
        scopes_from=(("scp",),),
        max_lifetime_s=_DAY_S,
    ),
    # "Understanding the access token" (Amazon Cognito): header kid and alg only, RS256, token_use,
    # client_id, scope as a string, cognito:groups, 5 minutes to 1 day. No `aud` in its sample.
    # Not confirmed: that newer tokens carry an `aud` on request; it would not be read.
    Shape(
        preset="cognito",
        algorithms=_RS256,
        token_types=_ABSENT,
        token_test=TokenTest.COGNITO,
        audience_from="client_id",
        subject_from=("sub",),
        client_from=(("client_id",),),
        scopes_from=(("scope",),),
        max_lifetime_s=_DAY_S,
    ),
    # "Google OpenID Connect API Reference", TokenPayload (google-auth-library): azp, hd, sub, both
    # spellings of iss. "gcloud auth print-identity-token": the caller names the audience. RS256 by its
    # discovery document; one hour by the sample token of "Authenticate with a backend server".
    # Not confirmed: header `typ` JWT, which its tokens are known to have.
    Shape(
        preset="google",
        algorithms=_RS256,
        token_types=_JWT,
        token_test=TokenTest.ID_TOKEN,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("azp",),),
        scopes_from=(),
        max_lifetime_s=_HOUR_S,
        requires_tenant=True,
    ),
    # "OpenID Connect reference" (GitHub Docs): typ JWT, claims, aud by the caller's choice. RS256 by the
    # sample in "About security hardening with OpenID Connect". Lifetime: not documented; 5 minutes by
    # that sample and by google-github-actions/auth pull request 483; `nbf` is 10 minutes before `iat`.
    Shape(
        preset="github-actions",
        algorithms=_RS256,
        token_types=_JWT,
        token_test=TokenTest.ID_TOKEN,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("repository_id",),),
        scopes_from=(),
        max_lifetime_s=15 * 60,
        requires_tenant=True,
    ),
    # Kubernetes source, pkg/serviceaccount: jwt.go (no typ; RS256, ES256, ES384, ES512 by key),
    # externaljwt/plugin/plugin.go (an external signer must send typ JWT), claims.go (kubernetes.io;
    # WarnOnlyBoundTokenExpirationSeconds 3607, ExpirationExtensionSeconds one year). So a token may live
    # a year and is called stale by the API server itself after 3607 s; the kubelet replaces it at 80 %.
    Shape(
        preset="kubernetes",
        algorithms=frozenset({"RS256", "ES256", "ES384", "ES512"}),
        token_types=frozenset({None, "jwt"}),
        token_test=TokenTest.KUBERNETES,
        audience_from="aud",
        subject_from=("sub",),
        client_from=(("sub",),),
        scopes_from=(),
        max_lifetime_s=365 * _DAY_S,
        max_age_s=_HOUR_S + 7,
    ),
)

PRESETS: Final[Mapping[str, Shape]] = MappingProxyType({shape.preset: shape for shape in _SHAPES})
"""By name, the default first."""


def fitting(header: Mapping[str, Any], claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the presets whose type and token test such a token passes: a hint for the operator.

    Where the test alone would fit the tokens of many, what only that provider's tokens have is asked
    for as well: a hint must not lead to a preset that is too lax.
    Never: a judgment about the token; nothing that it says need be true.
    """
    return tuple(name for name, shape in PRESETS.items() if _fits(shape, header, claims))


# --- private ---


def _fits(shape: Shape, header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    return (
        media_type(header.get("typ")) in shape.token_types
        and is_access_token(shape.token_test, header, claims, frozenset())
        and _is_of_provider(shape.preset, claims)
    )


def _is_of_provider(preset: str, claims: Mapping[str, Any]) -> bool:
    if preset == "auth0":  # its test says what a token is not; these are Keycloak's, Entra's, Cognito's
        return not claims.keys().isdisjoint({"scope", "permissions"}) and claims.keys().isdisjoint(
            {"typ", "ver", "token_use"}
        )
    if preset == "google":
        issuer = claims.get("iss")
        return isinstance(issuer, str) and issuer in GOOGLE_ISSUERS
    if preset == "github-actions":  # its `iss` differs for enterprises and servers
        return "repository_id" in claims and "repository_owner_id" in claims
    return True
