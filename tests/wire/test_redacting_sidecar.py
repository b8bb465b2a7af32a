"""Does the example of a redacting sidecar do what it says? Its nginx.conf, its command, over a real pipe."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.helm.test_sidecar import CONFIGURATION, CONTAINERS
from tests.wire.components import Component, locate
from tests.wire.echo_backend import EchoBackend
from tests.wire.lab_issuer import lab_token
from tests.wire.processes import Program, accepts, free_port, wait_until
from tests.wire.raw_client import send

pytestmark = pytest.mark.wire


_DEAD = "location /dead { proxy_pass http://127.0.0.1:9; }"  # the port of `discard`: nobody listens


class Pod:
    """Both containers, as programs, with their paths below one directory."""

    def __init__(self, directory: Path, *, backend: int) -> None:
        self.port = free_port()
        self._paths = {name: str(directory / name) for name in ("logs", "nginx", "key")}
        for path in self._paths.values():
            Path(path).mkdir()
        os.mkfifo(Path(self._paths["logs"]) / "pipe", 0o660)
        (directory / "key" / "fingerprint").write_text("k" * 32)
        (directory / "nginx" / "nginx.conf").write_text(self._configuration(backend))
        words = [self._placed(word) for word in CONTAINERS["redact"]["args"]]
        self.redact = Program([sys.executable, "-m", "gateway", *words], directory / "redact")
        command = ["-c", f"{self._paths['nginx']}/nginx.conf", "-e", "stderr", "-g", "daemon off;"]
        self.nginx = Program([locate(Component.NGINX_NEW), *command], directory / "proxy")

    def _placed(self, text: str) -> str:
        places = {"/run/logs": "logs", "/run/nginx": "nginx", "/etc/token-gateway/fingerprint": "key"}
        for place, name in places.items():
            text = text.replace(place, self._paths[name])
        return text

    def _configuration(self, backend: int) -> str:
        text = self._placed(CONFIGURATION["data"]["nginx.conf"])
        changes = {
            "listen 8080;": f"listen 127.0.0.1:{self.port};\n{_DEAD}",
            "http://backend.apps.svc:8080": f"http://127.0.0.1:{backend}",
        }
        for was, is_ in changes.items():
            assert was in text
            text = text.replace(was, is_)
        return text if os.geteuid() else f"user root root;\n{text}"

    def log(self) -> str:
        """What anybody keeps."""
        return self.redact.stdout.read_text()

    def sends(self, target: str) -> None:
        """And waits until it is in the log."""
        last = f"/last/{uuid4()}"
        send(self.port, target)
        send(self.port, last)
        wait_until(lambda: last in self.log(), lambda: f"not logged\n{self.log()}{self.redact.written()}")


@contextmanager
def _running(directory: Path) -> Iterator[Pod]:
    with EchoBackend() as backend:
        pod = Pod(directory, backend=backend.port)
        with pod.redact, pod.nginx:
            wait_until(lambda: accepts(pod.port), pod.nginx.written)
            yield pod


def test_no_token_comes_out_of_it_and_everything_else_does(tmp_path: Path) -> None:
    with _running(tmp_path) as pod:
        tokens = [lab_token() for _ in range(3)]
        pod.sends(f"/reset/{tokens[0]}")
        pod.sends(f"/v1/orders?access_token={tokens[1]}")
        pod.sends(f"/dead?access_token={tokens[2]}")
        wait_until(lambda: pod.log().count('"status":"') == 6, pod.log)  # of two workers: in any order
        log = pod.log()
        assert log.count('"status":"200"') == 5
        assert "connect() failed" in log  # the error log, which holds the whole request line
        assert '"path":"/reset/[REDACTED:jwt:tfp1_' in log
        for token in tokens:
            assert all(part not in log for part in token.split(".")[1:])
        assert pod.redact.stderr.read_text() == ""


def test_it_goes_on_through_a_reload_and_ends_with_the_proxy(tmp_path: Path) -> None:
    with _running(tmp_path) as pod:
        pod.sends("/before")
        pod.nginx.send(signal.SIGHUP)
        pod.nginx.send(signal.SIGUSR1)
        pod.sends("/after")
        assert pod.redact.exit_code is None
        assert pod.nginx.stop() == 0
        wait_until(lambda: pod.redact.exit_code == 0, pod.redact.written)
        wait_until(lambda: all(path in pod.log() for path in ("/before", "/after")), pod.log)
