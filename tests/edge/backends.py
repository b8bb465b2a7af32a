"""Which real servers stand behind the edge, and what has each of them read?"""

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import aiohttp

from tests.edge.programs.aiohttp_server import keystream
from tests.wire.components import REPOSITORY, Component, locate, version
from tests.wire.http_message import Message
from tests.wire.nginx import Nginx
from tests.wire.processes import Command, Program, free_port, wait_until
from tests.wire.recording_server import RecordingServer, Reply

PROGRAMS: Final = REPOSITORY / "tests" / "edge" / "programs"
KINDS: Final = ("aiohttp", "go", "nginx", "node")
STATIC_BYTES: Final = 64 * 1024 * 1024
TEXT: Final = b"a text that nginx makes shorter " * 1000
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request, as a server has read it."""

    method: str
    target: str
    headers: Pairs
    size: int
    digest: str
    trailers: Pairs = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order. The name in any case, but never `_` for `-`."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def names(self) -> list[str]:
        return [name.lower() for name, _ in self.headers]


class Backend(ABC):
    """A server. A context manager."""

    kind: str
    port: int
    ran: tuple[str, str] | None
    """Which component, and in which version; None for one of our own."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @abstractmethod
    def seen(self) -> list[Seen]:
        """Every request that it has read, whole or refused, since it began."""

    def only(self, target: str) -> Seen:
        """The one request for this target, as soon as it is written down."""

        def found() -> list[Seen]:
            return [one for one in self.seen() if one.target == target]

        wait_until(lambda: len(found()) > 0, lambda: f"{self.kind} has not seen {target}")
        (one,) = found()
        return one


class _Speaking(Backend):
    """A program that writes down what it has read."""

    def __init__(self, kind: str, command: Command, folder: Path, ran: tuple[str, str]) -> None:
        super().__init__()
        self.kind, self.ran, self.port = kind, ran, free_port()
        self._read, self._seen = 0, list[Seen]()
        self._program = self._stack.enter_context(Program([*command, str(self.port)], folder))
        self._program.wait_for_port(self.port)

    def seen(self) -> list[Seen]:
        with self._program.stdout.open("rb") as written:
            written.seek(self._read)
            lines = written.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        self._read += len(whole)
        self._seen += map(_read, whole.splitlines())
        return self._seen


class _Nginx(Backend):
    """nginx, with what it passes on as its word on the headers, and its log on the rest."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.kind, self.port = "nginx", free_port()
        self.ran = "nginx-new", version(Component.NGINX_NEW)
        folder.mkdir()
        static = folder / "static"
        static.mkdir()
        with (static / "file").open("wb") as file:
            file.writelines(keystream(STATIC_BYTES))
        (static / "text").write_bytes(TEXT)
        self._behind = self._stack.enter_context(RecordingServer(_reply))
        http = _NGINX_HTTP.format(port=self.port, behind=self._behind.port, folder=folder)
        nginx = Nginx(Component.NGINX_NEW, http, folder, port=self.port)
        self._log = folder / "logs" / "info.log"
        self._stack.enter_context(nginx)

    def seen(self) -> list[Seen]:
        logged = self._log.read_text(errors="replace").splitlines()
        refused = [line for line in logged if "client sent" in line]
        return [*map(_of_message, list(self._behind.requests)), *map(_refused, refused)]


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Backend]:
    """One of `KINDS`."""
    with _MAKERS[kind](folder) as backend:
        yield backend


# --- private ---


def _aiohttp(folder: Path) -> Backend:
    command = [sys.executable, "-m", "tests.edge.programs.aiohttp_server"]
    return _Speaking("aiohttp", [*_AT_HOME, *command], folder, ("aiohttp", aiohttp.__version__))


def _go(folder: Path) -> Backend:
    folder.mkdir()
    program = folder / "backend"
    build: Command = [locate(Component.GO), "build", "-o", program, "."]
    subprocess.run(build, cwd=PROGRAMS / "go", check=True, timeout=240)
    return _Speaking("go", [program], folder, ("go", version(Component.GO)))


def _node(folder: Path) -> Backend:
    command: Command = [locate(Component.NODE), PROGRAMS / "server.mjs"]
    return _Speaking("node", command, folder, ("node", version(Component.NODE)))


_MAKERS: Final[dict[str, Callable[[Path], Backend]]] = {
    "aiohttp": _aiohttp,
    "go": _go,
    "nginx": _Nginx,
    "node": _node,
}
_AT_HOME: Final = ("env", f"PYTHONPATH={REPOSITORY}")
_NOTHING: Final = sha256().hexdigest()


def _read(line: bytes) -> Seen:
    said = json.loads(line)
    if said["method"] == "malformed":
        return Seen(method="malformed", target="", headers=[], size=0, digest=_NOTHING)
    pairs = {name: [(pair[0], pair[1]) for pair in said[name]] for name in ("headers", "trailers")}
    return Seen(**{**said, **pairs})


def _refused(line: str) -> Seen:
    """What nginx refused by itself: a line of its log."""
    return Seen(method="malformed", target=line, headers=[], size=0, digest=_NOTHING)


def _of_message(message: Message) -> Seen:
    method, target, _ = message.start_line.split(" ")
    size, digest = len(message.body), sha256(message.body).hexdigest()
    return Seen(method=method, target=target, headers=list(message.headers), size=size, digest=digest)


def _reply(message: Message) -> Reply:
    seen = _of_message(message)
    said = {"method": seen.method, "target": seen.target, "headers": seen.headers}
    body = json.dumps({**said, "size": seen.size, "digest": seen.digest, "trailers": []}).encode()
    return Reply(headers=(("Content-Type", "application/json"),), body=body)


_NGINX_HTTP: Final = """\
  access_log off;
  error_log {folder}/logs/info.log info;
  client_max_body_size 0;
  keepalive_timeout 60s;
  server {{
    listen 127.0.0.1:{port};
    server_name _;
    underscores_in_headers on;
    ignore_invalid_headers off;
    merge_slashes off;
    large_client_header_buffers 8 64k;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header Connection $http_connection;
    }}
    location = /v1/marked {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      add_header X-Powered-By nginx;
      add_header Keep-Alive timeout=9;
      add_header Proxy-Authenticate Basic;
      add_header Alt-Svc 'h3=":443"';
      add_header Via "1.1 inner";
      add_header X-Auth-Subject inner;
      add_header X-Kept yes;
      add_header Set-Cookie "api_token=tossed; Path=/";
      add_header Set-Cookie "theme=dark; Path=/";
      add_header Access-Control-Allow-Origin *;
      add_header Access-Control-Allow-Credentials true;
    }}
    location = /v1/static {{ alias {folder}/static/file; }}
    location = /v1/text {{
      alias {folder}/static/text;
      gzip on;
      gzip_types *;
      gzip_proxied any;
    }}
    location = /v1/small {{ client_max_body_size 1k; proxy_pass http://127.0.0.1:{behind}; }}
  }}
"""
