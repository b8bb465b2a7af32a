"""Is this an access token, or another token of the same issuer?

RFC 8725 section 3.12 asks for rules that no two kinds of one issuer's tokens can both satisfy. The
header's `typ` is such a rule where the issuer sends `at+jwt`; most do not, so each preset has a test.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from gateway.core.trust import TokenTest


def is_access_token(
    test: TokenTest,
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    audiences: frozenset[str],
) -> bool:
    """Whether the token passes `test`. `audiences` are those that the operator configured.

    Rule: RFC 8725 section 3.12. Type-strict: what is absent or of another type fails.
    Never: raises, whatever the claims hold; judges the `typ` of the header, the audience or the times.
    """
    match test:
        case TokenTest.RFC9068:
            # RFC 9068 section 2.2: all three are REQUIRED there; an ID token has no client_id.
            passes = _text(claims, "jti") and _text(claims, "client_id") and _number(claims, "iat")
        case TokenTest.KEYCLOAK:
            # `ID`, `Refresh`, `Offline`, `Logout` and `DPoP` are its other values.
            passes = _is(claims, "typ", "Bearer")
        case TokenTest.AUTH0:
            passes = _is_auth0(claims, audiences)
        case TokenTest.ENTRA:
            passes = _is_entra(header, claims)
        case TokenTest.OKTA:
            # Its ID tokens have neither; `scp` is an array there, and a string at Entra.
            passes = _text(claims, "cid") and _texts(claims, "scp")
        case TokenTest.COGNITO:
            passes = _is(claims, "token_use", "access") and _text(claims, "client_id")
        case TokenTest.ID_TOKEN:
            passes = _is_id_token(claims)
        case TokenTest.KUBERNETES:
            # Tokens from Secrets have flat claims `kubernetes.io/serviceaccount/...` and never expire.
            passes = isinstance(claims.get("kubernetes.io"), dict)
        case _:
            assert_never(test)
    return passes


# --- private ---


def _is_auth0(claims: Mapping[str, Any], audiences: frozenset[str]) -> bool:
    """Neither `nonce` nor `at_hash`, and meant for somebody other than the client itself.

    Auth0's ID tokens need not have a nonce, but their audience is the client (OpenID Connect Core
    section 2). So the client must be named, and where the operator lists it as an audience that alone
    does not count. A token for another API altogether passes: its audience is refused as such.
    """
    client = claims.get("azp", claims.get("client_id"))
    if "nonce" in claims or "at_hash" in claims or not _is_text(client):
        return False
    named = _audiences(claims)
    return bool((named & audiences or named) - {client})


def _is_entra(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Version 2.0, `scp` or `roles`, and `azp`; no nonce.

    `azp` is more than the preset's table asks: an app registration that is client and API at once has
    ID tokens with its own audience and its app roles, and only access tokens name the client.
    A nonce in the header marks a token for Microsoft's own APIs, whose signature is over something else.
    """
    permitted = _text(claims, "scp") or (_texts(claims, "roles") and bool(claims["roles"]))
    return (
        _is(claims, "ver", "2.0")
        and permitted
        and _text(claims, "azp")
        and "nonce" not in header
        and "nonce" not in claims
    )


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    """What OpenID Connect Core section 2 requires, and not a security event or a logout token."""
    return (
        _text(claims, "sub")
        and bool(_audiences(claims))
        and _number(claims, "iat")
        and "events" not in claims  # RFC 8417 section 2.2; OpenID Connect Back-Channel Logout 2.4
    )


def _audiences(claims: Mapping[str, Any]) -> frozenset[str]:
    value = claims.get("aud")
    values = value if isinstance(value, list) else [value]
    if not all(_is_text(one) for one in values):
        return frozenset()
    return frozenset(str(one) for one in values)


def _is(claims: Mapping[str, Any], name: str, value: str) -> bool:
    found = claims.get(name)
    return isinstance(found, str) and found == value


def _text(claims: Mapping[str, Any], name: str) -> bool:
    return _is_text(claims.get(name))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _texts(claims: Mapping[str, Any], name: str) -> bool:
    value = claims.get(name)
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _number(claims: Mapping[str, Any], name: str) -> bool:
    kind = type(claims.get(name))  # a boolean is an int to isinstance
    return kind is int or kind is float
