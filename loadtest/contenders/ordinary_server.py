"""The ordinary way to write the decision: aiohttp's server, PyJWT, one log line. A candidate, not a product.

It checks issuer, audience, expiry and scope and mints an ES256 token. It has no route table beyond a
regular expression, no metrics, and none of the refusals that the gateway makes.
"""

import json
import logging
import re
import sys
import time
from pathlib import Path

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://idp.example.com"
AUDIENCE = "https://api.example.com"
_ROUTE = re.compile(r"https://api\.example\.com/v1/shop-[0-9]+/orders/[^/?]+(?:\?.*)?")
_LOG = logging.getLogger("ordinary")


def application(jwks: Path) -> web.Application:
    """One page, and the keys it needs."""
    keys = jwt.PyJWKSet.from_dict(json.loads(jwks.read_text()))
    signing_key = ec.generate_private_key(ec.SECP256R1())

    async def decide(request: web.Request) -> web.Response:
        if not _ROUTE.fullmatch(request.headers.get("X-Original-URL", "")):
            return web.Response(status=403)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=[key.algorithm_name], audience=AUDIENCE, issuer=ISSUER)
        except jwt.InvalidTokenError:
            return web.Response(status=401)
        if "orders:read" not in claims.get("scope", "").split():
            return web.Response(status=403)
        now = int(time.time())
        minted = jwt.encode(
            {
                "iss": "gw",
                "aud": "orders",
                "sub": claims["sub"],
                "iat": now,
                "exp": now + 60,
                "scope": "orders:read",
            },
            signing_key,
            algorithm="ES256",
        )
        _LOG.info("allowed %s", claims["sub"])
        return web.Response(headers={"Authorization": f"Bearer {minted}", "X-Auth-Subject": claims["sub"]})

    server = web.Application()
    server.router.add_get("/auth/nginx/orders", decide)
    return server


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, filename="/dev/null")
    web.run_app(
        application(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None
    )
