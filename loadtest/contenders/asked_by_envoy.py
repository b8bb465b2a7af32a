"""The gateway behind an Envoy that asks about each request, over HTTP or over gRPC, as our snippets have it.

Both run on the server's processor; what is counted is the gateway's part. Envoy answers a permit itself, so
that no backend is measured.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import yaml

from loadtest.contenders.gateway import started
from loadtest.contenders.running import BIN, Contender, Server, free_port, running


def asked_by_envoy(target: str) -> Contender:
    """`target` is the snippet's: `envoy` or `envoy-grpc`. Minted tokens are used again."""
    return Contender(name=f"token gateway, asked by {target}", start=partial(_start, target), verifies=False)


# --- private ---


@contextmanager
def _start(target: str, folder: Path, keys: Path) -> Iterator[Server]:
    listen, grpc = free_port(), free_port()
    more = {"grpc": {"host": "127.0.0.1", "port": grpc}}
    with started(folder, keys, reuse=True, listeners=more) as gateway:
        asked = grpc if target == "envoy-grpc" else gateway.port
        file = folder / "envoy.yaml"
        file.write_text(_answering(_printed(target, folder / "gateway.yaml", asked, listen)))
        options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
        with running([str(BIN / "envoy"), "-c", str(file), *options], folder, listen):
            _check(listen)
            yield Server(pid=gateway.pid, port=listen, ready_s=gateway.ready_s)


def _printed(target: str, file: Path, asked: int, listen: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "gateway", "snippet", target, "-c", str(file)]
    places = [f"--gateway=http://127.0.0.1:{asked}", f"--listen=127.0.0.1:{listen}"]
    done = subprocess.run([*command, *places], capture_output=True, text=True, check=True)
    bootstrap: dict[str, Any] = yaml.safe_load(done.stdout)
    return bootstrap


def _answering(bootstrap: dict[str, Any]) -> str:
    """Without an access log, and without a backend: a permit is answered where it would go on."""
    (listener,) = bootstrap["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    del manager["access_log"]
    (host,) = manager["route_config"]["virtual_hosts"]
    host["routes"] = [{"match": {"prefix": "/"}, "direct_response": {"status": 200}}]
    return yaml.safe_dump(bootstrap)


def _check(port: int) -> None:
    """Whom the gateway does not know, Envoy does not let in. Raises: RuntimeError."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/v1/shop-0/orders/4711", headers={"Host": "api.example.com"})
    status = connection.getresponse().status
    connection.close()
    if status != 401:
        raise RuntimeError(f"Envoy answers a request without a token with {status}, expected 401")
