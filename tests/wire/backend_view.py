"""Did the backend see our token, ours alone, and nothing of the client's?

A backend's own reading: PyJWT, and the keys that the gateway publishes.
"""

import json
import time
import urllib.request
from typing import Any

import jwt

from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.worlds import DOWNSTREAM_ISSUER

IDENTITY = ("X-Auth-Subject", "X-Auth-Issuer", "X-Auth-Client", "X-Auth-Scopes")


def verified(gateway: GatewayProcess, seen: Message, audience: str = "orders") -> dict[str, Any]:
    """The claims of the one bearer token that the backend got, verified as a backend verifies it."""
    scheme, _, text = seen.only("Authorization").partition(" ")
    assert scheme == "Bearer"
    with urllib.request.urlopen(gateway.jwks_uri, timeout=20) as response:
        keys = jwt.PyJWKSet.from_dict(json.load(response))
    key = keys[jwt.get_unverified_header(text)["kid"]]
    claims: dict[str, Any] = jwt.decode(  # noqa: TID251 - this is the backend's side
        text,
        key,
        algorithms=["ES256"],
        audience=audience,
        issuer=DOWNSTREAM_ISSUER,
        options={"require": ["exp", "iat", "nbf", "jti", "sub"]},
    )
    return claims


def assert_ours(
    gateway: GatewayProcess,
    seen: Message,
    *,
    client_token: str,
    subject: str,
    issuer: str,
    client: str,
    scopes: str,
    ttl_s: int = 60,
) -> dict[str, Any]:
    """The token and the identity headers say what they should, and the client's token is nowhere."""
    claims = verified(gateway, seen)
    assert (claims["sub"], claims["scope"], claims["aud"]) == (subject, scopes, "orders")
    assert claims["exp"] - int(time.time()) <= ttl_s  # noqa: TID251 - a backend's clock
    assert claims["exp"] - claims["iat"] <= ttl_s
    assert [seen.only(name) for name in IDENTITY] == [subject, issuer, client, scopes]
    assert_nothing_of(client_token, seen)
    return claims


def assert_nothing_of(token: str, seen: Message) -> None:
    """Neither the token nor its payload or signature stands anywhere in the request."""
    everything = seen.text()
    for part in (token, *token.split(".")[1:]):
        assert part not in everything


def assert_nobody(seen: Message) -> None:
    """No credential and no identity reached the backend."""
    assert seen.values("Authorization") == []
    assert [value for name in IDENTITY for value in seen.values(name) if value] == []
    folded = [name.lower().replace("_", "-").replace(".", "-") for name, _ in seen.headers]
    named = [name for name in folded if name.startswith("x-auth-")]
    assert [name for name in named if name not in {one.lower() for one in IDENTITY}] == []
