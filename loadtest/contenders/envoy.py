"""Envoy's `jwt_authn`, with and without its cache, and an Envoy that answers 200 to everybody: its floor.

One worker, no access log, no request ids of its own. It checks signature, issuer, audience and times, and
nothing else: no scope, no route policy, no decision record, no minted token.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from loadtest.contenders.running import BIN, Contender, Server, free_port, running
from loadtest.issuer import AUDIENCE, ISSUER
from loadtest.requests import DISTINCT

_TYPE = "type.googleapis.com/envoy.extensions.filters"
Json = Mapping[str, object]
_ANSWERS: Json = {"direct_response": {"status": 200}}


def _provider(keys: Path, *, cache: bool) -> Json:
    remembers = {"jwt_cache_config": {"jwt_cache_size": 2 * DISTINCT}} if cache else {}
    return {
        "issuer": ISSUER,
        "audiences": [AUDIENCE],
        "local_jwks": {"filename": str(keys / "jwks.json")},
        **remembers,
    }


def _jwt_authn(keys: Path, *, cache: bool) -> Json:
    return {
        "name": "envoy.filters.http.jwt_authn",
        "typed_config": {
            "@type": f"{_TYPE}.http.jwt_authn.v3.JwtAuthentication",
            "providers": {"idp": _provider(keys, cache=cache)},
            "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "idp"}}],
        },
    }


def _connection_manager(filters: list[Json], does: Json) -> Json:
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{_TYPE}.http.router.v3.Router"},
    }
    route = {"match": {"prefix": "/"}, **does}
    return {
        "@type": f"{_TYPE}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "generate_request_id": False,
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [*filters, router],
    }


def proxying(port: int, backend: int, keys: Path | None) -> Json:
    """Give the configuration of one that passes on to a backend; given keys, what their issuer has signed."""
    filters = [] if keys is None else [_jwt_authn(keys, cache=True)]
    address = {"socket_address": {"address": "127.0.0.1", "port_value": backend}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    cluster = {
        "name": "behind",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "behind", "endpoints": endpoints},
    }
    whole = dict(_configuration(port, filters, {"route": {"cluster": "behind", "timeout": "0s"}}))
    whole["static_resources"] = {**whole["static_resources"], "clusters": [cluster]}
    return whole


def _configuration(port: int, filters: list[Json], does: Json) -> dict[str, Any]:
    manager = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": _connection_manager(filters, does),
    }
    listener = {
        "name": "bench",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [manager]}],
    }
    return {"static_resources": {"listeners": [listener]}}


@contextmanager
def _start(folder: Path, keys: Path, *, verifies: bool, cache: bool) -> Iterator[Server]:
    port, file = free_port(), folder / "envoy.json"
    filters = [_jwt_authn(keys, cache=cache)] if verifies else []
    file.write_text(json.dumps(_configuration(port, filters, _ANSWERS)))
    options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
    with running([str(BIN / "envoy"), "-c", str(file), *options], folder, port) as server:
        yield server


FLOOR = Contender(
    name="Envoy direct_response", start=partial(_start, verifies=False, cache=False), verifies=False
)
CACHED = Contender(name="Envoy jwt_authn, its cache on", start=partial(_start, verifies=True, cache=True))
UNCACHED = Contender(name="Envoy jwt_authn, no cache", start=partial(_start, verifies=True, cache=False))
