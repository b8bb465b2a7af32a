"""What does an API server do with a Secret? A stand-in over real HTTPS, for tests that need no more of it.

Each write makes another resourceVersion; a PUT that names another version than the present one is 409, one
that names none is unconditional, a POST of what is there is 409, and what is not there is 404 (API
conventions, "Concurrency control and consistency"). tests/wire/test_signing_secret.py asks a real one.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gateway.kubernetes.place import ApiServer
from gateway.kubernetes.secrets import Secrets
from gateway.net.client import Deadlines
from tests.net.certificates import Authority

TOKEN = "of-the-service-account"
SOON = Deadlines(total_s=5.0, connect_s=5.0)
Json = dict[str, Any]


class StandIn:
    """Secrets by their path, as JSON."""

    def __init__(self, directory: Path) -> None:
        self.secrets: dict[str, Json] = {}
        self.calls: list[str] = []
        self.given: list[Json] = []
        """What was in the bodies of requests."""
        self.tokens = {TOKEN}
        self.statuses: dict[str, int] = {}
        """What is answered to a method instead of doing it."""
        self.media_type = "application/json"
        self.ended = 0
        """How many connections are done with, each of one call."""
        self.before_write: Callable[[], object] = lambda: None
        """Somebody else's turn between our reading and our writing."""
        self._version = 100
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        authority = Authority(directory)
        self._server.socket = authority.server_context().wrap_socket(self._server.socket, server_side=True)
        (directory / "token").write_text(TOKEN)
        self.directory = directory
        self.account = ApiServer(
            url=f"https://127.0.0.1:{self.port}",
            token_file=str(directory / "token"),
            ca_file=str(authority.file),
        )
        self.client = Secrets(self.account, deadlines=SOON)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def arguments(self) -> tuple[str, ...]:
        """How a command is told of it."""
        files = ("--token-file", self.account.token_file, "--ca-file", self.account.ca_file or "")
        return ("--server", self.account.url, *files)

    def put(self, path: str, data: dict[str, str] | None, **members: Any) -> None:
        """Let this be there, of a new version."""
        *_, namespace, _, name = path.split("/")
        self._version += 1
        metadata = {"name": name, "namespace": namespace, "resourceVersion": str(self._version)}
        like = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, **members}
        self.secrets[path] = like if data is None else {**like, "data": data}

    @contextmanager
    def running(self) -> Iterator["StandIn"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    # --- private ---

    def _answer(self, method: str, path: str, token: str, body: Json) -> tuple[int, Json]:
        self.calls.append(f"{method} {path}")
        self.given += [body] if body else []
        if token.removeprefix("Bearer ") not in self.tokens:
            return 401, {}
        if method in self.statuses:
            return self.statuses[method], {"kind": "Status", "message": "canary of the API server"}
        if method != "GET":
            self.before_write()
        return {"GET": self._get, "PUT": self._put, "POST": self._post}[method](path, body)

    def _get(self, path: str, _: Json) -> tuple[int, Json]:
        return (200, self.secrets[path]) if path in self.secrets else (404, {})

    def _put(self, path: str, body: Json) -> tuple[int, Json]:
        if path not in self.secrets:
            return 404, {}
        version = body["metadata"].get("resourceVersion")
        if version not in {None, self.secrets[path]["metadata"]["resourceVersion"]}:
            return 409, {}
        self.put(path, body.get("data"))
        return 200, self.secrets[path]

    def _post(self, path: str, body: Json) -> tuple[int, Json]:
        path = f"{path}/{body['metadata']['name']}"
        if path in self.secrets:
            return 409, {}
        self.put(path, body.get("data"))
        return 201, self.secrets[path]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                token = self.headers.get("Authorization", "")
                status, said = stand_in._answer(self.command, self.path, token, body)
                content = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", stand_in.media_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = _do  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                """Nothing: stderr is pytest's."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (ssl.SSLError, ConnectionError):
                    """Somebody who does not trust us has gone."""
                finally:
                    stand_in.ended += 1

        return Handler
