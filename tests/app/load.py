"""Who asks the gateway without a pause, and which issuer counts who asks it?"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Self

from tests import builders as b
from tests.wire.http_message import Message
from tests.wire.processes import wait_until
from tests.wire.recording_server import RecordingServer, Reply

ANSWER_LIMIT_S = 10.0
JOIN_LIMIT_S = 3 * ANSWER_LIMIT_S


class CountingIssuer:
    """An issuer on loopback that counts who asks."""

    def __init__(self) -> None:
        self.server = RecordingServer(self.respond)

    def respond(self, _: Message) -> Reply:
        return Reply(headers=(("Content-Type", "application/json"),), body=b.jwks(b.KEY))

    @property
    def asked(self) -> int:
        return len(self.server.requests)

    def of(self, config: dict[str, Any], name: str = "corp", path: str = "/keys") -> dict[str, Any]:
        """The configuration whose issuer this is."""
        issuer = config["issuers"].setdefault(
            name, {**config["issuers"]["corp"], "issuer": f"https://{name}"}
        )
        issuer.pop("jwks_file", None)
        issuer |= {
            "jwks_uri": f"http://127.0.0.1:{self.server.port}{path}",
            "allow_private_network": True,
            "allow_http": True,
        }
        return config


@contextmanager
def issuer() -> Iterator[CountingIssuer]:
    made = CountingIssuer()
    with made.server:
        yield made


class Load:
    """Asks without a pause on one connection; keeps every other answer than 200, and what ended it."""

    def __init__(self, port: int, token: str) -> None:
        self.answered = 0
        self.failures: list[object] = []
        self._port = port
        self._token = token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            wait_until(lambda: self.answered > 10 or self.failures != [], lambda: "no load")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self._stop.set()
        self._thread.join(JOIN_LIMIT_S)
        assert not self._thread.is_alive(), "still asking"

    def _run(self) -> None:
        with closing(
            http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_S)
        ) as connection:
            while not self._stop.is_set():
                try:
                    status = self._one(connection)
                except (OSError, http.client.HTTPException) as error:
                    self.failures.append(error)
                    return
                self.answered += 1
                if status != 200:
                    self.failures.append(status)

    def _one(self, connection: http.client.HTTPConnection) -> int:
        headers = {
            "X-Original-Method": "GET",
            "X-Original-URL": "https://api.example.com/v1/orders",
            "X-Real-IP": "192.0.2.1",
            "Authorization": f"Bearer {self._token}",
        }
        connection.request("GET", "/auth/nginx/orders", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
