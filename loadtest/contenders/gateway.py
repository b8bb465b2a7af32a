"""The gateway as it is served: whole walk, a decision record for each request, metrics, a minted token."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from loadtest import machine
from loadtest.contenders.running import Contender, Server, Unavailable, free_port, running
from loadtest.issuer import AUDIENCE, ISSUER
from loadtest.requests import ROUTES

REUSE: dict[str, object] = {"ttl": "300s", "reuse": "290s"}
"""What a route's `downstream` says so that a minted token is used again."""

MEMO: dict[str, object] = {"memo": {"entries": 250_000, "megabytes": 1024}}
"""What the file says so that a hundred thousand tokens are remembered."""


def gateway(*, routes: int = ROUTES, reuse: bool = False, workers: int = 1, bare: bool = False) -> Contender:
    """The gateway with so many routes. Bare: its HTTP core alone, which answers probes: its own floor."""
    start = partial(started, routes=routes, reuse=reuse, workers=workers, bare=bare)
    if bare:
        return Contender(name="token gateway /livez", start=start, verifies=False)
    return Contender(name="token gateway", start=start, header="authorization")


@contextmanager
def started(
    folder: Path,
    keys: Path,
    *,
    routes: int = ROUTES,
    reuse: bool = False,
    workers: int = 1,
    bare: bool = False,
    listeners: Mapping[str, object] | None = None,
    upstream: str | None = None,
) -> Iterator[Server]:
    """Start it; `listeners` are more than the usual three. Its file is `gateway.yaml` of the folder.

    With an `upstream` its policy is one of the edge, and no proxy may ask.
    """
    decision, jwks, admin = free_port(), free_port(), free_port()
    file = folder / "gateway.yaml"
    whole = _configuration(keys, routes, REUSE if reuse else {}, (decision, jwks, admin), listeners or {})
    if upstream is not None:
        _at_edge(whole["policies"]["orders"], upstream)
    file.write_text(json.dumps(whole))  # JSON is YAML, and quicker to write
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(file), *_workers(workers)]
    cores = machine.CORES if workers > 1 else [machine.SERVER_CORE]
    with running(command, folder, admin if bare else decision, lambda: _ready(admin), cores) as server:
        yield server


# --- private ---


def _workers(count: int) -> list[str]:
    """The option, where the gateway has it. Without it there is one worker."""
    if _knows_workers():
        return ["--workers", str(count)]
    if count > 1:
        raise Unavailable("this gateway has no --workers")
    return []


@cache
def _knows_workers() -> bool:
    command = [sys.executable, "-m", "gateway", "serve", "--help"]
    return "--workers" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _configuration(
    keys: Path,
    routes: int,
    reuse: dict[str, object],
    ports: tuple[int, int, int],
    more: Mapping[str, object],
) -> dict[str, Any]:
    downstream = {"audience": "orders", "scopes": ["orders:read"], "ttl": "60s", **reuse}
    names = ("decision", "keys", "admin")
    here = f"http://127.0.0.1:{ports[1]}"
    return {
        **MEMO,
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
                "callers": {"network_alone": True},
                "credentials": [{"type": "bearer"}],
                "routes": [_route(numbers, downstream) for numbers in _shared_out(routes)],
            }
        },
        "listeners": {
            **{name: {"host": "127.0.0.1", "port": port} for name, port in zip(names, ports, strict=True)},
            **more,
        },
    }


def _at_edge(policy: dict[str, Any], upstream: str) -> None:
    """Send everything on; a body may be as large as it likes."""
    del policy["peers"], policy["callers"]
    for route in policy["routes"]:
        route |= {"methods": ["GET", "PUT"], "upstream": upstream, "max_body": "1GiB"}


def _shared_out(count: int) -> list[range]:
    """A route for each path; of many, four paths a route, for a file is at most 1 MiB."""
    step = 1 if count <= ROUTES else 4
    return [range(first, first + step) for first in range(0, count, step)]


def _route(numbers: range, downstream: dict[str, object]) -> dict[str, object]:
    return {
        "id": f"orders-{numbers.start}",
        "methods": ["GET"],
        "paths": [f"/v1/shop-{number}/orders/{{order}}" for number in numbers],
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
