"""The gateway as it is served: whole walk, a decision record for each request, metrics, a minted token."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from loadtest import machine
from loadtest.contenders.running import Contender, Server, free_port, running
from loadtest.issuer import AUDIENCE, ISSUER
from loadtest.requests import ROUTES

REUSE: dict[str, object] = {}
"""What a route's `downstream` says so that a minted token is used again. Empty: the gateway cannot yet."""


def gateway(*, routes: int = ROUTES, reuse: bool = False, workers: int = 1) -> Contender:
    """The gateway with so many routes."""
    start = partial(_start, routes=routes, reuse=reuse, workers=workers)
    return Contender(name="token gateway", start=start, header="authorization")


# --- private ---


@contextmanager
def _start(folder: Path, keys: Path, *, routes: int, reuse: bool, workers: int) -> Iterator[Server]:
    decision, jwks, admin = free_port(), free_port(), free_port()
    file = folder / "gateway.yaml"
    # JSON is YAML, and quicker to write
    file.write_text(json.dumps(_configuration(keys, routes, reuse, (decision, jwks, admin))))
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(file)]
    cores = [machine.SERVER_CORE]
    if workers > 1:
        command += ["--workers", str(workers)]
        cores = machine.CORES
    with running(command, folder, decision, lambda: _ready(admin), cores) as server:
        yield server


def _configuration(keys: Path, routes: int, reuse: bool, ports: tuple[int, int, int]) -> dict[str, object]:
    downstream = {"audience": "orders", "scopes": ["orders:read"], "ttl": "60s", **(REUSE if reuse else {})}
    names = ("decision", "keys", "admin")
    here = f"http://127.0.0.1:{ports[1]}"
    return {
        "issuers": {
            "idp": {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_file": str(keys / "jwks.json")},
        },
        "downstream": {
            "issuer": here,
            "jwks_uri": f"{here}/.well-known/jwks.json",
            "keys": {"store": "memory"},
        },
        "policies": {
            "orders": {
                "hosts": ["api.example.com"],
                "peers": ["127.0.0.1/32"],
                "credentials": [{"type": "bearer"}],
                "routes": [_route(number, downstream) for number in range(routes)],
            }
        },
        "listeners": {
            name: {"host": "127.0.0.1", "port": port} for name, port in zip(names, ports, strict=True)
        },
    }


def _route(number: int, downstream: dict[str, object]) -> dict[str, object]:
    return {
        "id": f"orders-{number}",
        "methods": ["GET"],
        "paths": [f"/v1/shop-{number}/orders/{{order}}"],
        "issuers": ["idp"],
        "require": {"scopes": ["orders:read"]},
        "downstream": downstream,
    }


def _ready(admin: int) -> bool:
    connection = HTTPConnection("127.0.0.1", admin, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
