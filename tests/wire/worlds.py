"""Which configurations do the wire tests run the gateway with?"""

from pathlib import Path
from typing import Any

from tests.wire import lab_issuer
from tests.wire.identity_provider import AUDIENCE, IdentityProvider

HOST = "api.example.com"
ORIGIN = "https://app.example.com"
DOWNSTREAM_ISSUER = "https://token-gateway.test"
ALGORITHMS = ["RS256", "ES256", "EdDSA"]
ISSUERS = ["corp", "lab"]


def route(name: str, methods: list[str], paths: list[str], **more: Any) -> dict[str, Any]:
    """A route that admits both issuers, for a backend named `orders`."""
    good = {"issuers": ISSUERS, "downstream": {"audience": "orders"}}
    return {"id": name, "methods": methods, "paths": paths, **good, **more}


def needs(scope: str) -> dict[str, Any]:
    """The requirement of one scope."""
    return {"require": {"scopes": [scope]}}


ROUTES: list[dict[str, Any]] = [
    route("orders-read", ["GET", "HEAD"], ["/v1/orders", "/v1/orders/{order}"], **needs("orders:read")),
    route(
        "orders-write",
        ["POST"],
        ["/v1/orders"],
        **needs("orders:write"),
        downstream={"audience": "orders", "scopes": ["orders:write"], "ttl": "30s"},
    ),
    route("admin", ["GET", "POST"], ["/admin", "/admin/**"], **needs("admin")),
    route("feed", ["GET"], ["/v1/feed"], **needs("orders:read"), websocket=True),
    {"id": "health", "access": "public", "methods": ["GET"], "paths": ["/healthz"]},
    {"id": "public", "access": "public", "methods": ["GET"], "paths": ["/public/**"]},
]
BEARER: dict[str, Any] = {
    "hosts": [HOST],
    "peers": ["127.0.0.1/32"],
    "callers": {"network_alone": True},
    "credentials": [{"type": "bearer"}],
    "routes": ROUTES,
}
"""The usual policy: a bearer token, no browser."""

SECRET: dict[str, Any] = {**BEARER, "callers": {"secrets": ["env:CALLER_SECRET"]}}
"""The same for a proxy that says a secret."""

BROWSER: dict[str, Any] = {
    **BEARER,
    "cors": {
        "origins": [ORIGIN],
        "headers": ["authorization", "content-type"],
        "expose": ["x-request-id"],
        "credentials": True,
    },
}
"""The same for a browser application of another origin."""

STILL: dict[str, Any] = {**BEARER, "routes": [one for one in ROUTES if not one.get("websocket")]}
"""The same without any WebSocket."""

EVERYWHERE: dict[str, Any] = {
    **BEARER,
    "credentials": [
        {"type": "bearer"},
        {"type": "header", "name": "x-api-token"},
        {"type": "cookie", "name": "api_token"},
    ],
}
"""The token in any place that every proxy can clean."""

IN_QUERY: dict[str, Any] = {
    **BEARER,
    "credentials": [
        {"type": "bearer"},
        {"type": "query", "name": "access_token"},
        {"type": "query", "name": "device.token"},
    ],
}
"""The token in the query as well."""


def configuration(
    policy: dict[str, Any], provider: IdentityProvider | None, keys: Path, **more: Any
) -> dict[str, Any]:
    """The whole file around one policy named `orders`; `corp` is the real provider, if there is one."""
    lab = {
        "issuer": lab_issuer.ISSUER,
        "audiences": [AUDIENCE],
        "jwks_file": str(keys),
        "algorithms": ["ES256"],
        "leeway": "0s",
    }
    corp = {
        "issuer": provider.issuer if provider else "http://127.0.0.1:9",
        "audiences": [AUDIENCE],
        "algorithms": ALGORITHMS,
        "leeway": "0s",
        "allow_http": True,
        "allow_private_network": True,
    }
    return {
        "issuers": {"corp": corp, "lab": lab},
        "downstream": {
            "issuer": DOWNSTREAM_ISSUER,
            "jwks_uri": f"{DOWNSTREAM_ISSUER}/.well-known/jwks.json",
            "keys": {"store": "memory"},
        },
        "policies": {"orders": policy},
        **more,
    }
