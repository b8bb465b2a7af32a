"""What do the logs look like that are redacted? Four kinds of lines, and a token in every twenty-fifth."""

import json
import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Final

BLOCK_LINES: Final = 100_000
"""After so many lines the same come again: they are made before anything is measured."""
TOKENS: Final = 400
"""A token lives for minutes, and is sent again and again: in the block each ten times."""


def block(seed: int = 1) -> bytes:
    """About 17 MB: access logs, JSON, klog and HAProxy's, as the proxies here and Kubernetes write them."""
    chance = random.Random(seed)
    tokens = [_token(chance, (64, 256)[number % 2]) for number in range(TOKENS)]
    return b"".join(_line(chance, number, tokens) for number in range(BLOCK_LINES))


def streamed(text: bytes, size: int) -> Iterator[memoryview]:
    """Give so many octets, the text again and again."""
    view = memoryview(text)
    while size > 0:
        yield view[: min(size, len(view))]
        size -= len(view)


# --- private ---


def _line(chance: random.Random, number: int, tokens: list[str]) -> bytes:
    address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
    at = f"10:{number // 60 % 60:02}:{number % 60:02}"
    match number % 50:
        case 48:
            return (
                f'{address} - - [27/Nov/2026:{at} +0000] "GET /v1/orders?access_token={chance.choice(tokens)}'
                '&limit=10 HTTP/1.1" 200 512\n'
            ).encode()
        case 49:
            headers = {"Accept": ["*/*"], "Authorization": [f"Bearer {chance.choice(tokens)}"]}
            return json.dumps({"level": "debug", "msg": "request", "headers": headers}).encode() + b"\n"
        case kind if kind < 20:
            return (
                f'{address} - - [27/Nov/2026:{at} +0000] "GET /v1/orders/{number}?limit=10&sort=id '
                f'HTTP/1.1" 200 '
                f'{chance.randrange(9999)} "https://shop.example.com/cart" "Mozilla/5.0 (X11; Linux '
                f'x86_64)" "-"\n'
            ).encode()
        case kind if kind < 30:
            return (
                f'{{"ts":"2026-11-27T{at}Z","level":"info","msg":"request handled","path":"/v1/orders",'
                f'"status":200,"latency_ms":{chance.randrange(99)},"request_id":"{chance.getrandbits(128):032x}"}}\n'
            ).encode()
        case kind if kind < 40:
            return (
                f'I1127 {at}.123456       1 controller.go:211] "Reconciling" '
                f'ingress="shop/orders-{number % 97}" '
                f'attempt={number % 7} duration="{number % 10}ms"\n'
            ).encode()
        case _:
            return (
                f"Nov 27 {at} node-{number % 9} haproxy[1]: {address}:{40_000 + number % 9999} "
                f"[27/Nov/2026:{at}.123] https~ shop/shop-{number % 4} 0/0/1/12/13 200 1532 - - ---- "
                f"12/12/1/1/0 "
                f'0/0 "POST /v1/orders HTTP/1.1"\n'
            ).encode()


def _token(chance: random.Random, signature_bytes: int) -> str:
    algorithm = {64: "ES256", 256: "RS256"}[signature_bytes]
    header = json.dumps({"alg": algorithm, "kid": "2026-11", "typ": "at+jwt"})
    claims = json.dumps(
        {"iss": "https://idp.example.com", "sub": f"user-{chance.randrange(10**6)}", "exp": 1_800_000_000}
    )
    parts = (header.encode(), claims.encode(), chance.randbytes(signature_bytes))
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
