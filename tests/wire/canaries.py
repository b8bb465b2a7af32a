"""Where can a client put a secret? Every position of a request, well formed or not, a new secret in each."""

import random
import string
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.wire.lab_issuer import lab_token
from tests.wire.sent_secrets import SentSecrets

_CARRIERS = {
    "nginx": (
        "X-Original-Method: {method}",
        "X-Original-URL: http://{host}{target}",
        "X-Real-IP: {address}",
        "X-Token-Gateway-Removes: query",
    ),
    "traefik": (
        "X-Forwarded-Method: {method}",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: {host}",
        "X-Forwarded-Uri: {target}",
        "X-Forwarded-For: {address}",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The request that is judged, as the proxy tells of it."""

    method: str = "GET"
    host: str = "api.example.com"
    target: str = "/v1/orders"
    address: str = "192.0.2.1"
    lines: tuple[str, ...] = ()


def bearer(token: str) -> str:
    return f"Authorization: Bearer {token}"


# Told by the proxy: each takes a secret.
JUDGED: dict[str, Callable[[str], Judged]] = {
    "method": lambda s: Judged(method=s.upper()),
    "malformed method": lambda s: Judged(method=f"get {s}"),
    "host": lambda s: Judged(host=f"{s.lower()}.example"),
    "malformed host": lambda s: Judged(host=f"user:{s}@api.example.com"),
    "port": lambda s: Judged(host=f"api.example.com:{s}"),
    "path": lambda s: Judged(target=f"/reset/{s}"),
    "path of a route": lambda s: Judged(target=f"/v1/orders/{s}", lines=(bearer(lab_token()),)),
    "ambiguous path": lambda s: Judged(target=f"/public/../{s}"),
    "path with a bad escape": lambda s: Judged(target=f"/{s}%zz"),
    "path in latin-1": lambda s: Judged(target=f"/\xe9{s}"),
    "query": lambda s: Judged(target=f"/v1/orders?key={s}", lines=(bearer(lab_token()),)),
    "refused query": lambda s: Judged(target=f"/nowhere?{s}={s}"),
    "method in the query": lambda s: Judged(target=f"/v1/orders?_method={s}"),
    "token in the query": lambda s: Judged(target=f"/v1/orders?access_token={s}"),
    "misspelt token in the query": lambda s: Judged(target=f"/v1/orders?Access%5FToken={s}"),
    "absolute form": lambda s: Judged(target=f"http://{s}.example/{s}"),
    "fragment": lambda s: Judged(target=f"/v1/orders#{s}"),
    "header name": lambda s: Judged(lines=(f"X-{s}: 1",)),
    "header value": lambda s: Judged(lines=(f"X-Other: {s}", bearer(lab_token()))),
    "user agent": lambda s: Judged(lines=(f"User-Agent: {s}", f"Referer: https://x.example/?{s}")),
    "look-alike": lambda s: Judged(lines=(f"X_Auth_Subject: {s}",)),
    "identity": lambda s: Judged(lines=(f"X-Auth-Subject: {s}",)),
    "carrier twice": lambda s: Judged(lines=(f"X-Original-URL: {s}", f"X-Forwarded-Uri: {s}")),
    "malformed client address": lambda s: Judged(address=s),
    "client address": lambda s: Judged(lines=(f"X-Real-IP: {s}", f"X-Forwarded-For: {s}")),
    "method override": lambda s: Judged(lines=(f"X-HTTP-Method-Override: {s}",)),
    "connection option": lambda s: Judged(lines=(f"Connection: {s}",)),
    "upgrade": lambda s: Judged(lines=(f"Upgrade: {s}", "Connection: Upgrade")),
    "told upgrade": lambda s: Judged(lines=(f"X-Token-Gateway-Upgrade: {s}",)),
    "cookie value": lambda s: Judged(lines=(f"Cookie: a={s}", bearer(lab_token()))),
    "cookie name": lambda s: Judged(lines=(f"Cookie: {s}=1",)),
    "token cookie": lambda s: Judged(lines=(f"Cookie: api_token={s}",)),
    "malformed cookie": lambda s: Judged(lines=(f'Cookie: ;;="{s}; api_token',)),
    "token header": lambda s: Judged(lines=(f"X-Api-Token: {s}",)),
    "basic": lambda s: Judged(lines=("Authorization: Basic " + b64encode(f"u:{s}".encode()).decode(),)),
    "scheme": lambda s: Judged(lines=(f"Authorization: {s} x",)),
    "malformed authorization": lambda s: Judged(lines=(f"Authorization: Bearer {s} {s}",)),
    "authorization twice": lambda s: Judged(lines=(bearer(s), bearer(s + "2"))),
    "opaque token": lambda s: Judged(lines=(bearer(s),)),
    "three random parts": lambda s: Judged(lines=(bearer(f"{s}.{s}.{s}"),)),
    "token of five parts": lambda s: Judged(lines=(bearer(f"{s}.{s}.{s}.{s}.{s}"),)),
    "large token": lambda s: Judged(lines=(bearer(s * 700),)),
    "origin": lambda s: Judged(lines=(f"Origin: https://{s}.example",)),
    "preflight of another origin": lambda s: Judged(
        method="OPTIONS",
        lines=(f"Origin: https://{s}.example", "Access-Control-Request-Method: GET"),
    ),
    "preflight": lambda s: Judged(
        method="OPTIONS",
        lines=(f"Origin: {s}", f"Access-Control-Request-Method: {s}", f"Access-Control-Request-Headers: {s}"),
    ),
}

# In a token that is signed well: each takes a secret.
TOKENS: dict[str, Callable[[str], str]] = {
    "kid": lambda s: lab_token(header={"kid": s}),
    "alg": lambda s: lab_token(header={"alg": s}),
    "typ": lambda s: lab_token(header={"typ": s}),
    "jku": lambda s: lab_token(header={"jku": f"https://{s}.example"}),
    "crit": lambda s: lab_token(header={"crit": [s], s: 1}),
    "jwk": lambda s: lab_token(header={"jwk": {"kty": "oct", "k": s}}),
    "raw header": lambda s: lab_token(raw_header=b'{"alg": "' + s.encode()),
    "duplicate member": lambda s: lab_token(raw_header=f'{{"alg":"ES256","{s}":1,"{s}":2}}'.encode()),
    "signature": lambda s: lab_token(signature=(s * 3).encode()[:64]),
    "iss": lambda s: lab_token(iss=f"https://{s}.example"),
    "iss of another type": lambda s: lab_token(iss=[s]),
    "aud": lambda s: lab_token(aud=s),
    "sub": lambda s: lab_token(sub=s),
    "sub of a refused token": lambda s: lab_token(sub=s, age_s=900),
    "client_id": lambda s: lab_token(client_id=s),
    "scope": lambda s: lab_token(scope=s),
    "jti": lambda s: lab_token(jti=s),
    "exp": lambda s: lab_token(exp=s),
    "cnf": lambda s: lab_token(cnf={"jkt": s}),
    "another claim": lambda s: lab_token(email=f"{s}@example.com", roles={s: s}),
    "nested claim": lambda s: lab_token(x={"a": [[{"b": s}]] * 3}),
}


def _raw(path: str, judged: Judged, dialect: str) -> bytes:
    told = _told(judged)
    lines = [f"GET {path} HTTP/1.1", "Host: gateway", *(one.format(**told) for one in _CARRIERS[dialect])]
    return "\r\n".join((*lines, *judged.lines, "", "")).encode("latin-1")


def _told(judged: Judged) -> dict[str, str]:
    return {"method": judged.method, "host": judged.host, "target": judged.target, "address": judged.address}


# On the connection itself, whatever is listening there: `<p>` is a path, `<s>` the secret.
HEADS: dict[str, str] = {
    "path": "GET <p>/<s> HTTP/1.1\r\nHost: x\r\n\r\n",
    "query": "GET <p>?<s> HTTP/1.1\r\nHost: x\r\n\r\n",
    "policy": "GET /auth/nginx/<s> HTTP/1.1\r\nHost: x\r\n\r\n",
    "dialect": "GET /auth/<s>/orders HTTP/1.1\r\nHost: x\r\n\r\n",
    "absolute form": "GET http://<s>.example<p> HTTP/1.1\r\nHost: x\r\n\r\n",
    "method": "<s> <p> HTTP/1.1\r\nHost: x\r\n\r\n",
    "version": "GET <p> HTTP/<s>\r\nHost: x\r\n\r\n",
    "host": "GET <p> HTTP/1.1\r\nHost: <s>\r\n\r\n",
    "bad host": "GET <p> HTTP/1.1\r\nHost: <s>/<s>\r\n\r\n",
    "two hosts": "GET <p> HTTP/1.1\r\nHost: x\r\nHost: <s>\r\n\r\n",
    "header name": "GET <p> HTTP/1.1\r\nHost: x\r\n<s>: 1\r\n\r\n",
    "bad header name": "GET <p> HTTP/1.1\r\nHost: x\r\n<s> <s>: 1\r\n\r\n",
    "no colon": "GET <p> HTTP/1.1\r\nHost: x\r\n<s>\r\n\r\n",
    "folded header": "GET <p> HTTP/1.1\r\nHost: x\r\nX: 1\r\n <s>\r\n\r\n",
    "control byte": "GET <p> HTTP/1.1\r\nHost: x\r\nX: <s>\x00<s>\r\n\r\n",
    "etag": 'GET <p> HTTP/1.1\r\nHost: x\r\nIf-None-Match: "<s>"\r\n\r\n',
    "body": "POST <p> HTTP/1.1\r\nHost: x\r\nContent-Length: 24\r\n\r\n<s>",
    "chunk": "POST <p> HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n<s>\r\n",
    "length": "GET <p> HTTP/1.1\r\nHost: x\r\nContent-Length: <s>\r\n\r\n",
    "encoding": "GET <p> HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: <s>\r\n\r\n",
    "half a head": "GET <p> HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer <s>",
    "no HTTP": "\x16\x03\x01<s>\r\n\r\n",
    "a word": "<s>\r\n\r\n",
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n<s>",
    "large head": "GET <p> HTTP/1.1\r\nHost: x\r\nX: <many>\r\n\r\n",
    "long target": "GET <p>?<many> HTTP/1.1\r\nHost: x\r\n\r\n",
    "pipelined": "GET <p> HTTP/1.1\r\nHost: x\r\n\r\nGET /<s> HTTP/1.1\r\nHost: <s>\r\n\r\n",
}
PATHS = {
    "decision": "/auth/nginx/orders",
    "keys": "/.well-known/jwks.json",
    "admin": "/metrics",
}


def canaries(secrets: SentSecrets, seed: int) -> Iterator[tuple[str, bytes]]:
    """Pairs of listener and bytes. Every secret is new, and remembered."""
    source = random.Random(seed)

    def secret() -> str:
        # Letters alone: as good in a method as in a host, and never the beginning of another word.
        return secrets.add("".join(source.choices(string.ascii_letters, k=24)))

    def both_cases() -> str:
        text = secret()
        secrets.add(text.upper())
        secrets.add(text.lower())
        return text

    for dialect in _CARRIERS:
        path = f"/auth/{dialect}/orders"
        for judged in JUDGED.values():
            yield "decision", _raw(path, judged(both_cases()), dialect)
        for token in TOKENS.values():
            text = secrets.add(token(secret()))
            for presented in (bearer(text), f"X-Api-Token: {text}", f"Cookie: a=1; api_token={text}"):
                yield "decision", _raw(path, Judged(lines=(presented,)), dialect)
    for listener, path in PATHS.items():
        for head in HEADS.values():
            text = both_cases()
            filled = head.replace("<p>", path).replace("<s>", text).replace("<many>", text * 2000)
            yield listener, filled.encode("latin-1")
