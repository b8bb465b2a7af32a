"""What do all candidates get? The same issuer, the same tokens, the same requests."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.core.jwk import public_members

ISSUER = "https://idp.example.com"
AUDIENCE = "https://api.example.com"
TOKENS = 64
"""Different tokens, so that a cache of a handful would not look like a cache of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The load, as bytes, and the issuer's keys, as a file."""

    requests: tuple[bytes, ...]
    jwks_file: Path

    def configuration(self, decision: int, keys: int, admin: int) -> str:
        """The gateway's configuration for this load."""
        return f"""\
issuers:
  idp: {{issuer: "{ISSUER}", audiences: ["{AUDIENCE}"], jwks_file: "{self.jwks_file}"}}
downstream:
  issuer: http://127.0.0.1:{keys}
  jwks_uri: http://127.0.0.1:{keys}/.well-known/jwks.json
  keys: {{store: memory}}
policies:
  orders:
    hosts: [api.example.com]
    peers: [127.0.0.1/32]
    credentials: [{{type: bearer}}]
    routes:
      - id: orders-read
        methods: [GET]
        paths: ["/v1/orders/{{order}}"]
        issuers: [idp]
        require: {{scopes: [orders:read]}}
        downstream: {{audience: orders, scopes: [orders:read], ttl: 60s}}
listeners:
  decision: {{host: 127.0.0.1, port: {decision}}}
  keys: {{host: 127.0.0.1, port: {keys}}}
  admin: {{host: 127.0.0.1, port: {admin}}}
"""


def prepare(folder: Path) -> Material:
    """Make an RS256 issuer, its tokens, and the sub-requests of nginx that carry them."""
    key = rsa.generate_private_key(65537, 2048)
    jwk = {**dict(public_members(key.public_key())), "kid": "k1", "alg": "RS256", "use": "sig"}
    file = folder / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk]}))
    return Material(
        requests=tuple(_request(_token(key, number), number) for number in range(TOKENS)), jwks_file=file
    )


def _token(key: rsa.RSAPrivateKey, number: int) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"user-{number}",
        "client_id": "bench",
        "scope": "openid profile orders:read",
        "iat": now,
        "exp": now + 3000,
        "jti": f"bench-{number}",
        "groups": [f"group-{index}" for index in range(12)],
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1", "typ": "at+jwt"})


def _request(token: str, number: int) -> bytes:
    """A sub-request as nginx sends it for a browser's request: 16 headers, about 1.5 kB."""
    return (
        "GET /auth/nginx/orders HTTP/1.1\r\n"
        "Host: token-gateway:4180\r\n"
        "X-Original-Method: GET\r\n"
        f"X-Original-URL: https://api.example.com/v1/orders/{number}?page=2&size=50\r\n"
        "X-Real-IP: 203.0.113.9\r\n"
        f"Authorization: Bearer {token}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: application/json\r\n"
        "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
        "Accept-Encoding: gzip, deflate, br, zstd\r\n"
        "Referer: https://app.example.com/orders\r\n"
        "Sec-Fetch-Dest: empty\r\n"
        "Sec-Fetch-Mode: cors\r\n"
        "Sec-Fetch-Site: same-site\r\n"
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
        "Cookie: theme=dark; consent=1\r\n"
        "\r\n"
    ).encode()
