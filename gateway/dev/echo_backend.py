"""What does a backend behind the gateway receive? DEVELOPMENT ONLY: it shows everything.

It verifies the gateway's token with a stock library, as any backend should (docs/backends.md), and
answers with what it was sent. A token is shown decoded, not whole.
"""

from typing import Any

import jwt
import orjson
from aiohttp import ClientSession, web


class EchoBackend:
    """One page for every path. DEVELOPMENT ONLY."""

    def __init__(self, *, issuer: str, jwks_uri: str, audience: str) -> None:
        self._issuer = issuer
        self._jwks_uri = jwks_uri
        self._audience = audience

    def application(self) -> web.Application:
        """The aiohttp application to be served on loopback."""
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._echo)
        return application

    # --- private ---

    async def _echo(self, request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        shown = {
            "request": f"{request.method} {request.raw_path.partition('?')[0]}",
            "headers": [
                f"{name}: {value}" for name, value in request.headers.items() if name != "Authorization"
            ],
            "authorization": await self._judge(token) if scheme == "Bearer" else "none",
        }
        return web.Response(
            body=orjson.dumps(shown, option=orjson.OPT_INDENT_2) + b"\n", content_type="application/json"
        )

    async def _judge(self, token: str) -> dict[str, Any] | str:
        try:
            keys = jwt.PyJWKSet.from_dict(await self._jwks())
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(  # noqa: TID251 - this is the backend's side, not the gateway's
                token,
                keys[header["kid"]],
                algorithms=["ES256", "EdDSA"],
                audience=self._audience,
                issuer=self._issuer,
                leeway=5,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.InvalidTokenError, KeyError) as error:
            return f"REFUSED: {type(error).__name__}"
        return {"verified with": f"PyJWT {jwt.__version__}", "header": header, "claims": claims}

    async def _jwks(self) -> dict[str, Any]:
        async with ClientSession() as session, session.get(self._jwks_uri) as answer:
            return dict(await answer.json())
