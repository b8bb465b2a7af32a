"""The three programs of docs/backends.md believe what a running gateway mints, for them and nobody else."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from tests import builders as b
from tests.docs.pages import ROOT
from tests.wire.components import Component, locate
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.processes import Command
from tests.wire.raw_client import bearer, send

pytestmark = pytest.mark.wire

BACKENDS = ROOT / "tests" / "backends"
NAMES = ("python", "node", "go")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "keys.json").write_bytes(b.jwks(b.KEY))
    configuration = {
        "issuers": {"corp": {"issuer": b.ISSUER, "audiences": [b.AUDIENCE], "jwks_file": "keys.json"}},
        "downstream": {
            "issuer": b.DOWNSTREAM_ISSUER,
            "jwks_uri": f"{b.DOWNSTREAM_ISSUER}/.well-known/jwks.json",
            "keys": {"store": "memory"},
        },
        "policies": {
            "orders": {
                "hosts": ["api.example.com"],
                "peers": ["127.0.0.1"],
                "callers": {"network_alone": True},
                "credentials": [{"type": "bearer"}],
                "routes": [
                    {
                        "id": "orders-read",
                        "methods": ["GET"],
                        "paths": ["/v1/orders"],
                        "issuers": ["corp"],
                        "require": {"scopes": ["orders:read"]},
                        "downstream": {"audience": "orders", "scopes": ["orders:read"], "ttl": "60s"},
                    }
                ],
            }
        },
    }
    with GatewayProcess(configuration, folder) as process:
        yield process


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Command]:
    built = tmp_path_factory.mktemp("go") / "verify"
    build: Command = [locate(Component.GO), "build", "-mod=readonly", "-o", built, "."]
    subprocess.run(build, cwd=BACKENDS / "go", check=True, timeout=240)
    return {
        "python": [sys.executable, BACKENDS / "python" / "verify.py"],
        "node": [locate(Component.NODE), BACKENDS / "node" / "verify.mjs"],
        "go": [built],
    }


def decided(gateway: GatewayProcess) -> Message:
    """The gateway's answer to nginx about a good request of alice's."""
    now = int(time.time())  # noqa: TID251 - the gateway and the programs read the real clock
    token = b.token(iat=now, nbf=now, exp=now + 300)
    carriers = (
        ("X-Original-Method", "GET"),
        ("X-Original-URL", "https://api.example.com/v1/orders"),
        ("X-Real-IP", "192.0.2.1"),
    )
    answer = send(gateway.decision_port, "/auth/nginx/orders", [*carriers, bearer(token)])
    assert answer.status == 200, gateway.program.written()
    return answer.message


def verified(command: Command, gateway: GatewayProcess, token: str, *, audience: str) -> tuple[int, str]:
    settings = {"ISSUER": b.DOWNSTREAM_ISSUER, "AUDIENCE": audience, "JWKS_URI": gateway.jwks_uri}
    ran = subprocess.run(
        command,
        input=token,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return ran.returncode, ran.stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_each_believes_a_token_of_a_running_gateway(
    name: str, gateway: GatewayProcess, programs: dict[str, Command]
) -> None:
    token = decided(gateway).only("authorization").removeprefix("Bearer ")
    assert verified(programs[name], gateway, token, audience="orders") == (0, "corp:alice")
    assert verified(programs[name], gateway, token, audience="invoices") == (1, "")


def test_the_page_names_every_claim_and_header_that_is_there(gateway: GatewayProcess) -> None:
    answer = decided(gateway)
    token = answer.only("authorization").removeprefix("Bearer ")
    claims = json.loads(jwt.utils.base64url_decode(token.split(".")[1]))
    page = Path(ROOT / "docs" / "backends.md").read_text()
    table = page[page.index("| claim |") : page.index("Claims that the route lists")]
    assert {name for name in claims if f"`{name}`" not in table} == set()
    assert claims["nbf"] == claims["iat"] - 5
    assert jwt.get_unverified_header(token).keys() == {"alg", "kid", "typ"}
    for header, _ in answer.headers:
        if header.lower().startswith("x-auth-"):
            assert f"{header}:".lower() in page.lower()
