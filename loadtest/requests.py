"""What is sent? Sub-requests as nginx sends them for a browser's request: 15 headers, about 1.5 kB.

Every contender gets the same bytes. Those that know no routes look at the token alone.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from loadtest.drive import PLACEHOLDER
from loadtest.issuer import Algorithm, Issuer

TOKENS = 64
"""Different tokens of the hot scenarios, so that a cache of a handful would not look like a cache of all."""
ROUTES = 1000
DISTINCT = 100_000


@dataclass(frozen=True, slots=True)
class Stock:
    """Files of requests, each made when it is first asked for."""

    folder: Path
    issuer: Issuer
    cold_tokens: int
    """How many new tokens a run needs; an RS256 signature takes a third of a millisecond."""

    def hot(self, routes: int = ROUTES) -> str:
        """A thousand requests, spread evenly over the routes, each with one of the tokens."""
        tokens = [self.issuer.token("RS256", f"hot-{number}") for number in range(TOKENS)]
        pairs = ((tokens[number % TOKENS], number * routes // 1000) for number in range(1000))
        return self._file(f"hot-{routes}", (request(token, route) for token, route in pairs))

    def probes(self) -> str:
        """The hot ones, to the page that answers a probe: what the gateway's HTTP core costs by itself."""
        tokens = (self.issuer.token("RS256", f"hot-{number}") for number in range(TOKENS))
        page = (
            request(token, n).replace(b"/auth/nginx/orders", b"/livez", 1) for n, token in enumerate(tokens)
        )
        return self._file("probes", page)

    def clients(self) -> str:
        """The hot ones as a client sends them to a proxy."""
        tokens = (self.issuer.token("RS256", f"hot-{number}") for number in range(TOKENS))
        return self._file("clients", (client_request(token, n) for n, token in enumerate(tokens)))

    def fresh(self) -> str:
        """The hot ones, over connections that are closed after each answer, as ingress-nginx does."""
        tokens = [self.issuer.token("RS256", f"fresh-{number}") for number in range(TOKENS)]
        return self._file("fresh", (request(t, n, "Connection: close\r\n") for n, t in enumerate(tokens)))

    def cold(self, algorithm: Algorithm) -> str:
        """Each request has a token of its own."""
        tokens = (self.issuer.token(algorithm, f"cold-{number}") for number in range(self.cold_tokens))
        return self._file(f"cold-{algorithm}", (request(token, n % ROUTES) for n, token in enumerate(tokens)))

    def distinct(self) -> str:
        """A hundred thousand tokens, on one route."""
        tokens = (self.issuer.token("ES256", f"distinct-{number}") for number in range(DISTINCT))
        return self._file("distinct", (request(token, 0) for token in tokens))

    def forged(self, count: int = 2000) -> str:
        """Tokens of the right form whose signature is not the issuer's."""
        stranger = Issuer.make()
        tokens = (stranger.token("RS256", f"forged-{number}") for number in range(count))
        return self._file("forged", (request(token, n % ROUTES) for n, token in enumerate(tokens)))

    def expired(self, count: int = 2000) -> str:
        """Tokens that were good an hour ago."""
        tokens = (self.issuer.token("RS256", f"expired-{n}", life_s=-3600) for n in range(count))
        return self._file("expired", (request(token, n % ROUTES) for n, token in enumerate(tokens)))

    def garbage(self, count: int = 20_000) -> str:
        """What a flood brings: a third each of noise, unknown keys and forged signatures, all distinct."""
        good = self.issuer.token("RS256", "garbage")
        head, claims, _ = good.split(".")
        strange = '{"alg":"RS256","kid":"%s","typ":"at+jwt"}'
        made = (
            lambda: secrets.token_urlsafe(600),
            lambda: ".".join((_b64(strange % secrets.token_hex(4)), claims, secrets.token_urlsafe(256))),
            lambda: ".".join((head, claims, secrets.token_urlsafe(256))),
        )
        return self._file("garbage", (request(made[n % 3](), n % ROUTES) for n in range(count)))

    def malformed(self) -> str:
        """What is no HTTP request: each is to be refused before anything is decided."""
        good = request("x", 0).partition(b"\r\n\r\n")[0]
        heads = (
            good + b"\r\nno colon\r\n\r\n",
            good + b"\r\nname : value\r\n\r\n",
            good.replace(b"HTTP/1.1", b"HTTP/9.9", 1) + b"\r\n\r\n",
            good + b"\r\nContent-Length: one\r\n\r\n",
        )
        return self._file("malformed", heads)

    def _file(self, name: str, requests: Iterable[bytes]) -> str:
        path = self.folder / f"{name}.requests"
        if not path.exists():
            write(path, requests)
        return str(path)


def write(path: Path, requests: Iterable[bytes]) -> None:
    """For each its length, four bytes with the lowest first, and its bytes (client/requests.go)."""
    with path.open("wb") as file:
        for one in requests:
            file.write(len(one).to_bytes(4, "little") + one)


def request(token: str, route: int, more: str = "") -> bytes:
    """One sub-request. Its id and a parameter of its query vary with each sending."""
    return (
        "GET /auth/nginx/orders HTTP/1.1\r\n"
        "Host: token-gateway:4180\r\n"
        "X-Original-Method: GET\r\n"
        f"X-Original-URL: https://api.example.com/v1/shop-{route}/orders/4711?page=2&cursor={PLACEHOLDER}\r\n"
        "X-Real-IP: 203.0.113.9\r\n"
        f"X-Request-ID: 7d1cbe0e5a3f4b21{PLACEHOLDER}\r\n"
        f"Authorization: Bearer {token}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept: application/json\r\n"
        "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
        "Accept-Encoding: gzip, deflate, br, zstd\r\n"
        "Sec-Fetch-Dest: empty\r\n"
        "Sec-Fetch-Mode: cors\r\n"
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
        "Cookie: theme=dark; consent=1\r\n"
        f"{more}\r\n"
    ).encode()


def client_request(token: str, route: int) -> bytes:
    """What a client sends to a proxy, which asks by itself: the same without what nginx adds."""
    line = f"GET /v1/shop-{route}/orders/4711?page=2&cursor={PLACEHOLDER} HTTP/1.1\r\n"
    _, _, rest = request(token, route).decode().partition("X-Request-ID: ")
    return f"{line}Host: api.example.com\r\nX-Request-ID: {rest}".encode()


def _b64(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
