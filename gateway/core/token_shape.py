"""What did the token look like? For the operator only, without one value of it.

A refusal for type, audience or lifetime says which header parameters and claims were there, so that the
operator can choose a preset. Names come from the closed vocabularies below; others are counted, for a
name can be a secret too.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.core.jwk import ALGORITHMS

TYPES: Final = frozenset(
    {
        "jwt",
        "at+jwt",
        "dpop+jwt",
        "id_token+jwt",
        "logout+jwt",
        "okta-internal-at+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
    }
)
"""Well-known header types, lower case, `application/` cut off."""

# fmt: off
HEADER_PARAMETERS: Final = frozenset({
    "alg", "b64", "crit", "cty", "enc", "jku", "jwk", "kid", "nonce", "typ", "x5c", "x5t", "x5t#S256",
    "x5u", "zip",
})
"""RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7797, and Microsoft's `nonce`."""

CLAIMS: Final = frozenset({
    # RFC 7519, 7800, 8693, 9068, OpenID Connect Core
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "may_act", "client_id", "scope",
    "nonce", "at_hash", "c_hash", "auth_time", "acr", "amr", "azp", "sid", "events", "email",
    "email_verified", "roles", "groups", "entitlements",
    # Keycloak, Auth0, Entra, Okta, Cognito
    "typ", "realm_access", "resource_access", "allowed-origins", "preferred_username", "permissions",
    "gty", "org_id", "ver", "scp", "appid", "azpacr", "oid", "tid", "uti", "idtyp", "wids", "cid",
    "uid", "token_use", "username", "version", "event_id", "origin_jti", "cognito:groups",
    "cognito:username",
    # Google, GitHub Actions, Kubernetes
    "hd", "google", "repository", "repository_id", "repository_owner", "repository_owner_id", "ref",
    "environment", "job_workflow_ref", "run_id", "actor", "kubernetes.io",
})
# fmt: on
"""Claim names that tell one issuer's tokens from another's."""

_ALGORITHMS: Final = ALGORITHMS | {"none", "HS256", "HS384", "HS512", "ES256K", "Ed448"}


def media_type(value: Any) -> str | None:
    """Bring a header `typ` into the form that presets list: lower case, `application/` cut off.

    Rule: RFC 7515 section 4.1.9; media types are compared without case (RFC 2045 section 5.1).
    Returns None for an absent one; what is not a string becomes one that no preset lists.
    """
    if value is None:
        return None
    return value.lower().removeprefix("application/") if isinstance(value, str) else "not a string"


def describe(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Say the shape of a token: type, algorithm, names. At most about 1 KB.

    Never: a claim value, a header value outside the vocabularies, a name outside them.
    """
    return (
        f"typ {_type(header)}, alg {_algorithm(header)}, "
        f"header {_names(header, HEADER_PARAMETERS)}, claims {_names(claims, CLAIMS)}"
    )


# --- private ---


def _type(header: Mapping[str, Any]) -> str:
    seen = media_type(header.get("typ"))
    if seen is None:
        return "absent"
    return seen if seen in TYPES else "other"


def _algorithm(header: Mapping[str, Any]) -> str:
    seen = header.get("alg")
    return seen if isinstance(seen, str) and seen in _ALGORITHMS else "other"


def _names(members: Mapping[str, Any], vocabulary: frozenset[str]) -> str:
    known = sorted(vocabulary.intersection(members))
    others = len(members) - len(known)
    return " ".join(known + [f"+{others} other"] * bool(others)) or "none"
