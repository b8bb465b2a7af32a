"""Which configuration do the tests of the whole gateway start from, and how do they run it?"""

import json
import re
import signal
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.app.parts import CLOCK
from tests import builders as b
from tests.cli.configuration import configuration
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import Response, send


def served(**changes: Any) -> dict[str, Any]:
    """A configuration that needs no network: the issuer's keys are beside it."""
    config = configuration()
    config["issuers"]["corp"]["jwks_file"] = "issuer.json"
    config["policies"]["orders"]["peers"] = ["127.0.0.1"]
    return {**config, **changes}


def with_keys(store: Mapping[str, str]) -> dict[str, Any]:
    return served(downstream={**configuration()["downstream"], "keys": dict(store)})


@contextmanager
def running(
    folder: Path, config: Mapping[str, Any] | None = None, **options: Any
) -> Iterator[GatewayProcess]:
    folder.mkdir(exist_ok=True)
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    with GatewayProcess(config or served(), folder, **options) as process:
        yield process


def good_token() -> str:
    now = int(CLOCK())
    return b.token(iat=now, nbf=now, exp=now + 300)


def ask(
    gateway: GatewayProcess,
    *headers: tuple[str, str],
    path: str = "/v1/orders",
    method: str = "GET",
    policy: str = "orders",
) -> Response:
    carriers = (
        ("X-Original-Method", method),
        ("X-Original-URL", f"https://api.example.com{path}"),
        ("X-Real-IP", "192.0.2.1"),
    )
    return send(gateway.decision_port, f"/auth/nginx/{policy}", [*carriers, *headers])


def published(gateway: GatewayProcess) -> list[str]:
    with urllib.request.urlopen(gateway.jwks_uri, timeout=20) as answer:
        return [key["kid"] for key in json.load(answer)["keys"]]


def lines(gateway: GatewayProcess) -> list[dict[str, Any]]:
    """What it wrote, without a line that is being written."""
    text = gateway.program.stdout.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def records(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return [line for line in lines(gateway) if line.get("event.action") == "decide"]


def said(gateway: GatewayProcess, what: str) -> list[dict[str, Any]]:
    return [line for line in lines(gateway) if line.get("event.action") == what]


def with_policy(policy: str, **changes: Any) -> dict[str, Any]:
    config = served(**changes)
    config["policies"] = {policy: config["policies"]["orders"]}
    return config


def generation(gateway: GatewayProcess) -> str:
    found = re.search(r'config_info\{generation="(\w+)"\} 1', gateway.metrics())
    assert found is not None
    return found[1]


def reload(gateway: GatewayProcess, config: dict[str, Any], *, times: int = 1) -> None:
    """Write it, send the signal, and wait until it has been judged."""
    before = len(judged(gateway))
    gateway.write(config)
    gateway.program.send(signal.SIGHUP)
    gateway.program.wait_for(lambda: len(judged(gateway)) >= before + times, "a judgement")


def judged(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return said(gateway, "config_reloaded") + said(gateway, "config_refused")
