"""Does a proxy with the printed log format write a secret down? And does it with its own?"""

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.leaks.scan import scan
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from tests.wire.components import version
from tests.wire.echo_backend import echo
from tests.wire.fronts import Proxy
from tests.wire.http_message import Message
from tests.wire.lab_issuer import lab_token
from tests.wire.logging_proxies import Logging, opened
from tests.wire.processes import wait_until
from tests.wire.raw_client import exchange
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.sent_secrets import SentSecrets
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

FINDER, FINGERPRINTS = Finder(), Fingerprints(b"k" * 32)
Sent = Callable[[str], str]


def _head(target: str, *lines: str, method: str = "GET", host: str = "api.example.com") -> str:
    return "\r\n".join((f"{method} {target} HTTP/1.1", f"Host: {host}", *lines, "Connection: close", "", ""))


def _basic(pair: str) -> str:
    return f"Authorization: Basic {b64encode(pair.encode()).decode()}"


# Where a client may put a secret: each takes one.
PLACES: dict[str, Sent] = {
    "query": lambda s: _head(f"/v1/orders?access_token={s}&page=2"),
    "query of a backend that is gone": lambda s: _head(f"/dead?access_token={s}"),
    "query after a semicolon": lambda s: _head(f"/v1/orders?page=2;token={s}"),
    "query of another method": lambda s: _head(f"/v1/orders?api_key={s}", method="DELETE"),
    "bearer": lambda s: _head("/v1/orders", f"Authorization: Bearer {s}"),
    "bearer to a backend that is gone": lambda s: _head("/dead", f"Authorization: Bearer {s}"),
    "bearer twice": lambda s: _head("/v1", f"Authorization: Bearer {s}", f"Authorization: Bearer {s}2"),
    "basic, password": lambda s: _head("/v1/orders", _basic(f"user:{s}")),
    "basic, user": lambda s: _head("/v1/orders", _basic(f"{s}:x-oauth-basic")),
    "proxy authorization": lambda s: _head("/v1/orders", f"Proxy-Authorization: Bearer {s}"),
    "cookie": lambda s: _head("/v1/orders", f"Cookie: theme=dark; session={s}"),
    "api key": lambda s: _head("/v1/orders", f"X-Api-Key: {s}", f"X-Auth-Token: {s}"),
    "referer, query": lambda s: _head("/v1/orders", f"Referer: https://app.example.com/?code={s}"),
    "referer, user info": lambda s: _head("/dead", f"Referer: https://user:{s}@app.example.com/"),
    "user agent": lambda s: _head("/v1/orders", f"User-Agent: tool/{s}"),
    "request id": lambda s: _head("/v1/orders", f"X-Request-ID: {s}"),
    "forwarded": lambda s: _head("/v1", f"X-Forwarded-For: {s}", f"X-Forwarded-Uri: /?t={s}"),
    "original target": lambda s: _head("/v1", f"X-Original-URL: /?t={s}", f"X-Envoy-Original-Path: /?t={s}"),
    "host, user info": lambda s: _head("/v1/orders", host=f"user:{s}@api.example.com"),
    "absolute target, user info": lambda s: _head(f"http://user:{s}@api.example.com/v1/orders"),
    "absolute target, query": lambda s: _head(f"http://api.example.com/v1/orders?token={s}"),
    "body": lambda s: _head("/v1/orders", f"Content-Length: {len(s)}", method="POST") + s,
    "answer": lambda s: _head("/answers", f"X-Say: {s}"),
    "version": lambda s: f"GET /v1/orders {s}\r\n\r\n",
    "header without a colon": lambda s: _head("/v1/orders", s),
    "large head": lambda s: _head("/v1/orders", f"X-Token: {s * 400}"),
}
IN_THE_PATH: dict[str, Sent] = {
    "path": lambda s: _head(f"/reset/{s}"),
    "parameter of the path": lambda s: _head(f"/v1/orders;jsessionid={s}"),
    "escaped question mark": lambda s: _head(f"/v1/orders%3Faccess_token={s}"),
}
ORDINARY = (
    *(
        _head(target, "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
        for target in (
            "/",
            "/v1/orders?page=2&sort=-created_at&q=red%20shoes",
            "/v1/orders/550e8400-e29b-41d4-a716-446655440000",
            "/v1/orders/01J8ZKQ5V7W3X9Y2B4C6D8F0GH?include=items,customer",
            "/static/app.9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.js?v=3f2a9c",
            "/repo/commit/8f80177a13a67139831c8d97e087af4e7f11d20a",
            "/img/eyes.png?w=640&h=480&key=front",
            "/search?q=what+is+a+bearer+token",
            "/docs/api-key-rotation.html#authorization",
            "/dead/v1/token-types?code=404&auth=true&sig=1&token=null",
            "/oauth/callback/help?code=de&session=new&sid=7",
        )
    ),
    _head("/v1/orders", "Referer: https://www.example.com/search?q=basic+auth&hl=en", method="DELETE"),
    _head("/nowhere", "X-Request-ID: 7f3c0b52-9d1e-4a6f-8b21-0c5d9e7a1f34", "Cookie: theme=dark; lang=en"),
    "GET / HTTP/9.9\r\n\r\n",
)
"""What is in any log: ids, hashes, words such as `token`. Nothing of it is a secret."""
CUTS_NO_PATH = {Logging.INGRESS_NGINX, Logging.TRAEFIK, Logging.ENVOY}
"""No format can know which part of a path is secret; and not each can cut it."""
_QUERY = {
    *("query", "query of a backend that is gone", "query after a semicolon", "query of another method"),
    "absolute target, query",
}
_NGINX = {
    *_QUERY,
    *("referer, query", "referer, user info", "user agent", "basic, user", "absolute target, user info"),
}
TOLD_BY_DEFAULT = {
    Logging.NGINX_NEW: _NGINX,
    Logging.NGINX_OLD: _NGINX,
    Logging.INGRESS_NGINX: _NGINX,
    Logging.TRAEFIK: _QUERY,
    Logging.CADDY: {*(_NGINX - {"basic, user"}), "api key", "request id", "forwarded", "answer"},
    Logging.HAPROXY: {*_QUERY, "absolute target, user info"},
    Logging.HAPROXY_NEW: {*_QUERY, "absolute target, user info"},
    Logging.ENVOY: {*_QUERY, "user agent", "host, user info", "forwarded"},
}
"""At the least. docs/logs.md says so to people."""


class Scene:
    """One proxy with its log, and what was sent through it, by place."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._sent: dict[str, str] = {}

    def send(self, places: dict[str, Sent]) -> None:
        """A new token in each place, then one request more, until that is in the log."""
        for place, head in places.items():
            secret = self._sent[place] = lab_token()
            self.raw(head(secret))
        self.finish()

    def raw(self, head: str) -> None:
        with suppress(ConnectionError):  # where it refuses before it has read everything
            exchange(self._proxy.port, head.encode("latin-1"))

    def finish(self) -> None:
        last = f"{uuid4()}"
        self.raw(_head(f"/last/{last}"))
        wait_until(lambda: last in self.log(), lambda: f"the last request is not logged\n{self.log()}")

    def finds(self, places: set[str]) -> None:
        """Wait until it does: two logs, or two threads that write one, keep no order of requests."""
        wait_until(lambda: self.found() >= places, lambda: f"{places - self.found()} are not logged")

    def log(self) -> str:
        """Output and every file but the configuration."""
        return self._proxy.program.written()

    def scanned(self) -> list[str]:
        """What the engine of `gateway leaks scan` finds."""
        folder = self._proxy.program.directory
        logs = [folder / "stdout", folder / "stderr", *sorted((folder / "logs").glob("*"))]
        found = (one for log in logs for one in scan([log.read_bytes()], log.name, FINDER, FINGERPRINTS))
        return [f"{one.file}: {one.type}, line {one.line}" for one in found]

    def found(self) -> set[str]:
        """In which places the secrets were that now are in the log, in any spelling."""
        written = self.log()
        return {place for place, secret in self._sent.items() if _stands(secret, written)}


def _stands(secret: str, text: str) -> bool:
    """Its payload, or its signature in any spelling: the beginnings of all payloads are the same."""
    _, payload, signature = secret.split(".")
    secrets = SentSecrets()
    secrets.add(signature)
    return payload in text or secrets.found_in({"log": text}) != []


def _answer(request: Message) -> Reply:
    """An answer that itself holds secrets, as of a login."""
    said = request.values("x-say")
    if not said:
        return echo(request)
    (secret,) = said
    headers = [("Set-Cookie", f"session={secret}"), ("Authorization", f"Bearer {secret}")]
    return Reply(status=302, headers=(*headers, ("Location", f"https://app.example.com/?code={secret}")))


@pytest.fixture(params=list(Logging), ids=str)
def proxy(request: pytest.FixtureRequest) -> Logging:
    chosen = Logging(request.param)
    record(request.node, chosen.component.value, version(chosen.component))
    return chosen


def test_no_secret_is_written_with_the_printed_format(proxy: Logging, tmp_path: Path) -> None:
    with RecordingServer(_answer) as backend, opened(proxy, backend.port, tmp_path, safe=True) as running:
        scene = Scene(running)
        scene.send(PLACES)
        assert scene.found() == set()
        assert scene.scanned() == []
        scene.send(IN_THE_PATH)
        told = set(IN_THE_PATH) if proxy in CUTS_NO_PATH else {"path"}
        scene.finds(told)
        assert scene.found() == told


def test_with_its_own_format_there_are(proxy: Logging, tmp_path: Path) -> None:
    """The control: both searches find what there is to find; and nothing, where there is nothing."""
    with RecordingServer(_answer) as backend, opened(proxy, backend.port, tmp_path, safe=False) as running:
        scene = Scene(running)
        for head in ORDINARY:
            scene.raw(head)
        scene.finish()
        wait_until(lambda: "page=2" in scene.log(), scene.log)
        assert scene.scanned() == []
        scene.send(PLACES)
        scene.finds(TOLD_BY_DEFAULT[proxy])
        assert len(scene.scanned()) >= len(TOLD_BY_DEFAULT[proxy])
