"""Where do the tokens of `gateway dev` come from? DEVELOPMENT ONLY.

A small OpenID Provider on loopback: discovery, a JWK Set, and a token endpoint for client credentials that
gives whatever scope, subject or lifetime is asked for. It knows no secrets and makes its key at start,
so that no token of it means anything anywhere else.
"""

import secrets
from collections.abc import Callable
from typing import Any, Final

import orjson
from aiohttp import web

from gateway.core.base64url import encode
from gateway.keys.signing_key import SigningKey

AUDIENCE: Final = "https://api.example.com"
MAX_LIFETIME_S: Final = 3600


class IdentityProvider:
    """The provider's pages. DEVELOPMENT ONLY: it gives a token to everyone who asks."""

    def __init__(self, issuer: str, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._key = SigningKey.generate("ES256")

    def application(self) -> web.Application:
        """The aiohttp application to be served on loopback."""
        application = web.Application()
        application.router.add_get("/.well-known/openid-configuration", self._metadata)
        application.router.add_get("/jwks", self._jwks)
        application.router.add_post("/token", self._token)
        return application

    def issue(
        self,
        *,
        scope: str = "",
        subject: str = "dev-user",
        audience: str = AUDIENCE,
        lifetime_s: int = 300,
    ) -> str:
        """Sign an RFC 9068 access token. A negative lifetime gives one that has expired."""
        now, lifetime_s = int(self._clock()), _bounded(lifetime_s)
        header = {"alg": self._key.algorithm, "kid": self._key.kid, "typ": "at+jwt"}
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "sub": subject,
            "client_id": "dev-client",
            "scope": scope,
            "iat": min(now, now + lifetime_s) - 1,
            "exp": now + lifetime_s,
            "jti": secrets.token_urlsafe(12),
        }
        signing_input = encode(orjson.dumps(header)) + b"." + encode(orjson.dumps(claims))
        return (signing_input + b"." + encode(self._key.sign(signing_input))).decode()

    # --- private ---

    async def _metadata(self, _: web.Request) -> web.Response:
        return _json(
            {
                "issuer": self._issuer,
                "jwks_uri": f"{self._issuer}/jwks",
                "token_endpoint": f"{self._issuer}/token",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": ["none"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "x_warning": "development only: gives a token to everyone who asks",
            }
        )

    async def _jwks(self, _: web.Request) -> web.Response:
        return _json({"keys": [self._key.public_jwk()]})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, status=400)
        try:
            lifetime_s = int(str(form.get("lifetime", "300")))
        except ValueError:
            return _json({"error": "invalid_request"}, status=400)
        token = self.issue(
            scope=str(form.get("scope", "")),
            subject=str(form.get("subject", "dev-user")),
            audience=str(form.get("audience", AUDIENCE)),
            lifetime_s=lifetime_s,
        )
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": _bounded(lifetime_s)})


def _bounded(lifetime_s: int) -> int:
    return max(-MAX_LIFETIME_S, min(lifetime_s, MAX_LIFETIME_S))


def _json(document: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(document),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
