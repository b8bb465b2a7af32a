"""Configurations to start from, and how to write them down."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError, Problem
from gateway.config.world import World

Json = dict[str, Any]
Step = str | int


def valid() -> Json:
    """A configuration in which every kind of field says something."""
    return deepcopy(_VALID)


def at_the_edge() -> Json:
    """The same, served by the edge, every kind of field of which says something."""
    config = valid()
    config["upstreams"] = {
        "orders": {
            "servers": ["https://orders-0.shop.svc:8443", "https://[2001:db8::7]"],
            "tls": {"names": ["orders.shop.svc"]},
            "connect_timeout": "2s",
            "first_byte_timeout": "30s",
            "idle_timeout": "2m",
            "max_requests": 100,
            "health": {"path": "/healthz", "every": "5s"},
        }
    }
    read, health = config["policies"]["orders"]["routes"]
    read |= {"upstream": "orders", "timeout": "90s", "max_body": "1MiB"}
    health["upstream"] = "http://health.shop.svc:8080/"
    config["policies"]["orders"]["credentials"].append({"type": "websocket-protocol", "prefix": "bearer."})
    config["listeners"]["edge"] = {
        "host": "0.0.0.0",
        "port": 8080,
        "trusted_proxies": ["10.0.0.0/16"],
        "forwarded": "x-forwarded",
        "proxy_protocol": True,
        "max_body": "2MiB",
        "max_connections": 500,
        "requests_per_client": 16,
        "hsts": "365d",
    }
    return config


def write(folder: Path, config: Json, name: str = "gateway.yaml") -> Path:
    """As JSON, which is YAML too. Block style is in broken.yaml and in the examples."""
    path = folder / name
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1))
    return path


def read_secret(_: object) -> bytes:
    return b"k" * 32


def world_of(folder: Path, config: Json) -> World:
    return load_world(write(folder, config), read_secret=read_secret)


def problems_of(folder: Path, config: Json) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        world_of(folder, config)
    return caught.value.problems


def refusal_of(folder: Path, config: Json) -> ConfigError | None:
    try:
        world_of(folder, config)
    except ConfigError as error:
        return error
    return None


def at(config: Any, *path: Step) -> Any:
    for step in path:
        config = config[step]
    return config


def change(*path: Step, to: Any) -> Callable[[Json], None]:
    """Set a value; a position one past the end appends."""

    def apply(config: Json) -> None:
        parent = at(config, *path[:-1])
        if isinstance(parent, list) and path[-1] == len(parent):
            parent.append(to)
        else:
            parent[path[-1]] = to

    return apply


def remove(*path: Step) -> Callable[[Json], None]:
    def apply(config: Json) -> None:
        del at(config, *path[:-1])[path[-1]]

    return apply


_VALID: Json = {
    "issuers": {
        "corp": {
            "issuer": "https://idp.example.com",
            "preset": "keycloak",
            "audiences": ["https://api.example.com"],
            "algorithms": ["RS256", "EdDSA"],
            "token_types": ["at+jwt", "none"],
            "max_lifetime": "30m",
            "max_age": "20m",
            "leeway": "10s",
            "audience_from": "aud",
            "subject_from": "sub",
            "client_from": ["azp", ["x.y", "client"]],
            "scopes_from": ["scope", "realm_access.roles"],
            "grants": [{"claim": "groups", "value": "clerks", "scopes": ["orders:read"]}],
            "require_claims": {"tenant": ["acme", 7]},
            "ca_file": "ca.pem",
            "proxy": "http://proxy.example.com:3128",
            "allow_private_network": True,
            "token_file": "token",
        },
        "keys-at": {
            "issuer": "https://other.example.com",
            "audiences": ["api"],
            "jwks_uri": "https://other.example.com/keys",
        },
        "in-file": {"issuer": "local", "audiences": ["api"], "jwks_file": "local.json"},
    },
    "downstream": {
        "issuer": "https://gateway.example.com",
        "jwks_uri": "http://gateway.example.com:8081/.well-known/jwks.json",
        "algorithm": "EdDSA",
        "keys": {"store": "directory", "path": "keys"},
    },
    "policies": {
        "orders": {
            "hosts": ["api.example.com", "*.shop.example.com:8443"],
            "peers": ["10.42.0.0/16", "2001:db8::1"],
            "callers": {"network_alone": True},
            "credentials": [
                {"type": "bearer"},
                {"type": "header", "name": "X-Api-Token"},
                {"type": "cookie", "name": "api_token"},
                {"type": "query", "name": "access_token"},
            ],
            "realm": "orders api",
            "cors": {
                "origins": ["https://app.example.com"],
                "headers": ["authorization"],
                "expose": ["X-Request-Id"],
                "credentials": True,
                "max_age": "1h",
            },
            "routes": [
                {
                    "id": "orders-read",
                    "access": "token",
                    "methods": ["GET", "HEAD"],
                    "paths": ["/v1/orders", "/v1/orders/{order}"],
                    "issuers": ["corp"],
                    "require": {
                        "scopes": ["orders:read"],
                        "clients": ["web shop"],
                        "audiences": ["https://api.example.com"],
                        "claims": [
                            {"path": "tenant", "equals": "acme"},
                            {"path": "realm_access.roles", "contains": 5},
                            {"path": ["a.b", "c"], "matches": "svc-*"},
                        ],
                    },
                    "downstream": {
                        "audience": "orders",
                        "scopes": ["orders:read"],
                        "ttl": "30s",
                        "reuse": "20s",
                        "subject": "bare",
                        "copy_claims": ["email"],
                        "token_type": "at+jwt",
                    },
                    "allow_in_path": ["escaped_slash"],
                    "websocket": True,
                },
                {"id": "health", "access": "public", "methods": ["GET"], "paths": ["/healthz"]},
            ],
        }
    },
    "listeners": {
        "decision": {"host": "127.0.0.1", "port": 0},
        "keys": {"host": "::1", "port": 8081},
        "admin": {"host": "127.0.0.1", "port": 9090},
    },
    "memo": {"entries": 5000, "megabytes": 16},
    "audit": {
        "reveal": ["client_id", "subject"],
        "fingerprint_key": "file:fingerprint",
        "sample_allowed": 0.25,
        "repeated_refusals": {"keep": 5, "per": "1m"},
        "when_full": "wait",
    },
    "revocations": {"file": "revoked.yaml"},
}
