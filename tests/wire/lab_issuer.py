"""How does a test get a token that no honest provider issues?

An issuer whose private key the test holds, known to the gateway by a file with its public keys.
"""

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.builders import SigningKey, ec_key, jwks, jws, token
from tests.wire.identity_provider import AUDIENCE

ISSUER = "https://lab.example"
KEY = ec_key("lab-1", 0x1AB)


def write_keys(directory: Path, *keys: SigningKey) -> Path:
    """Write the issuer's public keys, as one step for whoever reads the file."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "lab.json"
    temporary = file.with_suffix(".new")
    temporary.write_bytes(jwks(*(keys or (KEY,))))
    return temporary.rename(file)


def lab_token(*, key: SigningKey = KEY, lifetime_s: int = 300, age_s: int = 0, **changes: Any) -> str:
    """A good access token of this moment, each with its own jti; claims and `header` by name."""
    issued_at = int(time.time()) - age_s  # noqa: TID251 - a real gateway reads a real clock
    times = {"iat": issued_at, "nbf": issued_at, "exp": issued_at + lifetime_s}
    given = {"iss": ISSUER, "aud": AUDIENCE, "jti": f"{uuid4()}", **times, **changes}
    return token(key=key, **given)


def raw_token(payload: dict[str, Any] | bytes, **how: Any) -> str:
    """Any claims, or any octets, signed with the issuer's key."""
    octets = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jws(octets, **{"key": KEY, **how})
