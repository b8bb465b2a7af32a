"""One worker process, with this test as its supervisor."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.config.attempt import attempt
from gateway.config.readings import to_json
from gateway.config.world import World
from gateway.keys.signing_key import SigningKey
from gateway.server.workers.messages import (
    Adopt,
    Adopted,
    Counted,
    Drain,
    Found,
    IssuerKeys,
    Listen,
    Listening,
    Message,
    Need,
    NotAdopted,
    SigningKeys,
    decode,
    encode,
)
from gateway.sources.timing import Timing
from gateway.telemetry.exposition import exposition
from gateway.telemetry.merge import Workers
from gateway.telemetry.metrics import Metrics
from tests import builders as b
from tests.app.process import good_token, served
from tests.cli.configuration import write
from tests.wire.processes import accepts, free_port
from tests.wire.raw_client import Response, bearer, send

pytestmark = pytest.mark.wire

DOCUMENT = b.jwks(b.KEY)
LIMIT_S = 30.0


class Worker:
    """A worker, and what it is told by hand."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "worker.log"
        self._end, theirs = socket.socketpair()
        self._end.settimeout(LIMIT_S)
        with theirs, self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.app.worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        listener = {"host": "127.0.0.1", "port": self.port}
        self._file = write(folder, served(listeners={"decision": listener}))

    def tell(self, message: Message) -> None:
        body = encode(message)
        self._end.sendall(len(body).to_bytes(4, "big") + body)

    def hear(self) -> Message | None:
        """The next message but counts; None is the end."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:  # it counts every second, whatever else it says
            message = self._next()
            if not isinstance(message, Counted):
                return message
            self.dump = message.dump
        raise TimeoutError("it only counts")

    def _next(self) -> Message | None:
        head = self._exactly(4)
        return decode(self._exactly(int.from_bytes(head, "big"))) if head else None

    def _exactly(self, size: int) -> bytes:
        """Nothing at the end. MSG_WAITALL does not wait where the socket has a time limit."""
        octets = b""
        while len(octets) < size and (more := self._end.recv(size - len(octets))):
            octets += more
        return octets

    def adopt(self, generation: str | None = None) -> str:
        found = attempt(self._file)
        assert isinstance(found.outcome, World)
        generation = generation or found.outcome.snapshot.generation
        self.tell(
            Adopt(
                path=str(self._file),
                generation=generation,
                readings=to_json(found.readings),
                fingerprint_key=b"k" * 32,
                denied=None,
            )
        )
        return generation

    def begin(self, read_at: float) -> None:
        generation = self.adopt()
        assert self.hear() == Adopted(generation=generation)
        pem = SigningKey.generate("ES256").to_pem().decode()
        self.tell(SigningKeys(keys=((pem, "active", 1, 1),)))
        self.tell(IssuerKeys(issuer_id="corp", document=DOCUMENT, read_at=read_at))
        self.tell(Listen(ports={"decision": self.port}))
        assert self.hear() == Listening()

    def ask(self, *headers: tuple[str, str]) -> Response:
        carriers = [("X-Original-Method", "GET"), ("X-Original-URL", "https://api.example.com/v1/orders")]
        return send(self.port, "/auth/nginx/orders", [*carriers, ("X-Real-IP", "192.0.2.1"), *headers])

    def leave(self) -> int:
        """Go away, as a supervisor that is killed does."""
        self._end.close()
        return self.process.wait(LIMIT_S)

    def end(self) -> None:
        self._end.close()
        self.process.kill()
        self.process.wait(LIMIT_S)


@contextmanager
def worker(folder: Path) -> Iterator[Worker]:
    made = Worker(folder)
    try:
        yield made
    finally:
        made.end()


def test_it_decides_by_what_it_was_told_and_ends_when_nobody_tells_it_more(tmp_path: Path) -> None:
    with worker(tmp_path) as subject:
        subject.begin(time.monotonic())
        for number in (signal.SIGINT, signal.SIGHUP):  # as a terminal sends them to everybody
            os.kill(subject.process.pid, number)
        assert subject.ask(bearer(good_token())).status == 200
        assert subject.leave() == 0
        assert not accepts(subject.port)
        assert '"event.action":"decide"' in subject.log.read_text()
        assert "Traceback" not in subject.log.read_text()


@pytest.mark.parametrize("way", ["drain", "sigterm"])
def test_its_last_word_is_what_it_has_counted(tmp_path: Path, way: str) -> None:
    with worker(tmp_path) as subject:
        subject.begin(time.monotonic())
        assert subject.ask().status == 401
        if way == "drain":
            subject.tell(Drain(within_s=1.0))
        else:
            subject.process.terminate()
        assert subject.hear() is None
        assert subject.process.wait(LIMIT_S) == 0
        tallies = Workers()
        tallies.heard(1, subject.dump)
        text = exposition(tallies.series(Metrics({}, version="0").series)).decode()
        assert 'reason="credential_missing"' in text
        assert '\ntoken_gateway_connections{listener="decision"} 0.0' in text


def test_keys_that_are_too_old_permit_nothing_though_nobody_says_so(tmp_path: Path) -> None:
    with worker(tmp_path) as subject:
        subject.begin(time.monotonic() - Timing().max_stale_s - 1)
        with socket.create_connection(("127.0.0.1", subject.port), timeout=LIMIT_S) as client:
            head = "\r\n".join(
                [
                    "GET /auth/nginx/orders HTTP/1.1",
                    "Host: gateway",
                    "X-Original-Method: GET",
                    "X-Original-URL: https://api.example.com/v1/orders",
                    "X-Real-IP: 192.0.2.1",
                    ": ".join(bearer(good_token())),
                    "Connection: close",
                ]
            )
            client.sendall(f"{head}\r\n\r\n".encode())
            need = subject.hear()
            assert isinstance(need, Need)
            assert need.issuer_id == "corp"
            subject.tell(Found(number=need.number, retry_after_s=None))
            assert client.recv(4096).startswith(b"HTTP/1.1 503 ")
        subject.tell(IssuerKeys(issuer_id="corp", document=DOCUMENT, read_at=time.monotonic()))
        assert subject.ask(bearer(good_token())).status == 200


def test_a_world_that_it_cannot_make_ends_it(tmp_path: Path) -> None:
    with worker(tmp_path) as subject:
        subject.adopt(generation="other")
        assert subject.hear() == NotAdopted(generation="other")
        assert subject.hear() is None
        assert subject.process.wait(LIMIT_S) == 0


def test_it_does_not_listen_without_a_world(tmp_path: Path) -> None:
    with worker(tmp_path) as subject:
        subject.tell(Listen(ports={"decision": subject.port}))
        assert subject.hear() is None
        assert not accepts(subject.port)
