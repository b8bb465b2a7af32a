"""How does a backend in Python verify the gateway's token? Reads it on stdin, prints its subject."""

import os
import sys
from typing import Any

import jwt

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ["AUDIENCE"]

# Once, at start: it fetches the keys when they are needed and keeps them.
keys = jwt.PyJWKClient(os.environ["JWKS_URI"])


def verify(token: str) -> dict[str, Any]:
    """The claims of a token that the gateway made for this backend, now. Raises PyJWTError."""
    if jwt.get_unverified_header(token).get("typ") != "JWT":
        raise jwt.InvalidTokenError("token has another type")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["ES256"],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=5,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )


if __name__ == "__main__":
    try:
        print(verify(sys.stdin.read().strip())["sub"])
    except jwt.PyJWTError as error:
        sys.exit(f"refused: {error}")
