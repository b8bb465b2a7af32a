"""Who is measured? Each candidate is a process of its own on a port of its own.

* nginx that answers 200 and does nothing: what an answer over HTTP costs at the least;
* the ordinary way to write this in Python: aiohttp's server, PyJWT's `decode`, a minted token;
* the gateway.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, socket

from gateway.dev.nginx import find_nginx
from loadtest.client import Load
from loadtest.material import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One server under test."""

    name: str
    pid: int
    load: Load


@contextmanager
def nginx_return_200(folder: Path, material: Material) -> Iterator[Candidate]:
    """The limit: no work at all."""
    port = free_port()
    (folder / "logs").mkdir(parents=True)
    (folder / "nginx.conf").write_text(
        "daemon off; master_process off; pid nginx.pid; events { worker_connections 512; }\n"
        "http { access_log off; keepalive_requests 100000000; client_body_temp_path b; proxy_temp_path p;\n"
        "fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}\n"
    )
    command = [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, port) as pid:
        yield Candidate(name="nginx return 200", pid=pid, load=Load(port=port, requests=material.requests))


@contextmanager
def ordinary_aiohttp(_: Path, material: Material) -> Iterator[Candidate]:
    """The ordinary way."""
    port = free_port()
    command = [sys.executable, "-m", "loadtest.ordinary", str(port), str(material.jwks_file)]
    with _running(command, port) as pid:
        yield Candidate(name="aiohttp + PyJWT", pid=pid, load=Load(port=port, requests=material.requests))


@contextmanager
def token_gateway(folder: Path, material: Material) -> Iterator[Candidate]:
    """The gateway as it is served, with its records going to a file."""
    ports = [free_port() for _ in range(3)]
    file = folder / "gateway.yaml"
    file.write_text(material.configuration(*ports))
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(file), "--workers", "1"]
    with (folder / "records.log").open("wb") as records, _running(command, ports[0], records) as pid:
        yield Candidate(name="token gateway", pid=pid, load=Load(port=ports[0], requests=material.requests))


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int, output: object = subprocess.DEVNULL) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)  # type: ignore[call-overload]
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody listens on {port}")
