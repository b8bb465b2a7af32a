"""Which configuration do the tests of commands start from, and how is a command run?"""

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.cli import main
from tests import builders as b

Json = dict[str, Any]

AT: Final = "2027-01-15T08:00:00Z"
"""`b.NOW`, as --at takes it."""

SERVE_LIMIT_S: Final = 30.0
"""For a start that is refused, on a slow machine."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]
SetClock = Callable[[float], None]


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """`gateway` in this process, as a function of its arguments; `serve` in one of its own."""

    def run(*arguments: str | Path) -> Ran:
        words = [str(argument) for argument in arguments]
        if words[:1] == ["serve"]:
            return _apart(words)
        capfd.readouterr()
        try:
            code = main(words)
        except SystemExit as usage:  # argparse
            code = int(usage.code or 0)
        said = capfd.readouterr()
        return Ran(code=code, out=said.out, err=said.err)

    return run


def configuration() -> Json:
    """One issuer, whose tokens `b.token()` makes; one policy with a route of each kind."""
    return deepcopy(_CONFIGURATION)


def write(folder: Path, config: Json, name: str = "gateway.yaml") -> Path:
    path = folder / name
    # Through JSON, so that what is there twice is written twice: aliases are refused.
    path.write_text(yaml.dump(json.loads(json.dumps(config)), Dumper=yaml.CSafeDumper, sort_keys=False))
    return path


def with_store(folder: Path, **store: str) -> Path:
    """Write a configuration whose own keys are in this store."""
    changed = configuration()
    changed["downstream"]["keys"] = store
    return write(folder, changed)


# --- private ---


def _apart(words: list[str]) -> Ran:
    """What should be refused, but is not, serves for ever: then this raises TimeoutExpired."""
    command = [sys.executable, "-m", "gateway", *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SERVE_LIMIT_S, check=False)
    return Ran(code=ran.returncode, out=ran.stdout, err=ran.stderr)


_CONFIGURATION: Final[Json] = {
    "issuers": {"corp": {"issuer": b.ISSUER, "audiences": [b.AUDIENCE]}},
    "downstream": {
        "issuer": b.DOWNSTREAM_ISSUER,
        "jwks_uri": f"{b.DOWNSTREAM_ISSUER}/jwks.json",
        "keys": {"store": "memory"},
    },
    "policies": {
        "orders": {
            "hosts": ["api.example.com"],
            "peers": ["10.42.0.0/16"],
            "callers": {"network_alone": True},
            "credentials": [{"type": "bearer"}],
            "cors": {"origins": ["https://app.example.com"]},
            "routes": [
                {
                    "id": "orders-read",
                    "methods": ["GET", "HEAD"],
                    "paths": ["/v1/orders", "/v1/orders/{order}"],
                    "issuers": ["corp"],
                    "require": {"scopes": ["orders:read"]},
                    "downstream": {"audience": "orders"},
                },
                {
                    "id": "orders-write",
                    "methods": ["POST"],
                    "paths": ["/v1/orders"],
                    "issuers": ["corp"],
                    "require": {"scopes": ["orders:write"]},
                    "downstream": {"audience": "orders", "copy_claims": ["note"]},
                },
                {"id": "welcome", "access": "public", "methods": ["GET"], "paths": ["/"]},
            ],
        }
    },
}
