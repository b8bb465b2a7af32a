"""The rooms put together: what `gateway serve` does as a process."""

import json
import logging
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.app import CLOCK, Readiness, key_sources, open_keyring, start
from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.core.evidence import KeysNeeded, Unavailable
from gateway.telemetry.lines import Lines
from tests import builders as b
from tests.cli.configuration import configuration, write
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import accepts, free_port, wait_until
from tests.wire.raw_client import Response, bearer, send


def served(**changes: Any) -> dict[str, Any]:
    """A configuration that needs no network: the issuer's keys are beside it."""
    config = configuration()
    config["issuers"]["corp"]["jwks_file"] = "issuer.json"
    config["policies"]["orders"]["peers"] = ["127.0.0.1"]
    return {**config, **changes}


def with_keys(store: Mapping[str, str]) -> dict[str, Any]:
    return served(downstream={**configuration()["downstream"], "keys": dict(store)})


# --- without a process --------------------------------------------------------


def test_a_keyring_is_opened_for_each_store(tmp_path: Path) -> None:
    memory = open_keyring(load_world(write(tmp_path, served())))
    assert memory.signer() is not None
    made = write(tmp_path, with_keys({"store": "directory", "path": "keys"}), "made.yaml")
    shared = write(tmp_path, with_keys({"store": "shared", "path": "keys"}), "shared.yaml")
    kids = [
        [key.kid for key in open_keyring(load_world(file)).public_keys()] for file in (made, made, shared)
    ]
    assert kids[0] == kids[1] == kids[2] != []


def test_a_store_that_cannot_be_used_is_a_mistake_of_configuration(tmp_path: Path) -> None:
    world = load_world(write(tmp_path, with_keys({"store": "shared", "path": "keys"})))
    with pytest.raises(ConfigError) as caught:
        open_keyring(world)
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "keys")
    assert problem.path == "downstream.keys"


async def test_the_sources_are_those_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "issuer.json").write_bytes(b.jwks(b.KEY))
    sources = key_sources(load_world(write(tmp_path, served())))
    assert dict(sources.keys) == {}
    found = await sources.resolve(KeysNeeded("corp"))
    assert not isinstance(found, Unavailable)
    assert sources.ready("corp")
    with pytest.raises(KeyError):
        await sources.resolve(KeysNeeded("others"))
    await sources.close()


def test_draining_is_not_ready() -> None:
    readiness = Readiness()
    assert readiness.why_not() is None
    readiness.draining = True
    assert readiness.why_not() == "draining"


# --- as a process -------------------------------------------------------------


@contextmanager
def running(folder: Path, config: Mapping[str, Any] | None = None) -> Iterator[GatewayProcess]:
    folder.mkdir(exist_ok=True)
    (folder / "issuer.json").write_bytes(b.jwks(b.KEY))
    with GatewayProcess(config or served(), folder) as process:
        yield process


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running(tmp_path_factory.mktemp("gateway")) as process:
        yield process


def good_token() -> str:
    now = int(CLOCK())
    return b.token(iat=now, nbf=now, exp=now + 300)


def ask(gateway: GatewayProcess, *headers: tuple[str, str], path: str = "/v1/orders") -> Response:
    carriers = (
        ("X-Original-Method", "GET"),
        ("X-Original-URL", f"https://api.example.com{path}"),
        ("X-Real-IP", "192.0.2.1"),
    )
    return send(gateway.decision_port, "/auth/nginx/orders", [*carriers, *headers])


def published(gateway: GatewayProcess) -> list[str]:
    with urllib.request.urlopen(gateway.jwks_uri, timeout=5) as answer:
        return [key["kid"] for key in json.load(answer)["keys"]]


def lines(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gateway.program.stdout.read_text().splitlines()]


def records(gateway: GatewayProcess) -> list[dict[str, Any]]:
    return [line for line in lines(gateway) if line.get("event.action") == "decide"]


@pytest.mark.wire
def test_a_permit_is_signed_by_the_published_key(gateway: GatewayProcess) -> None:
    answer = ask(gateway, bearer(good_token()))
    assert answer.status == 200
    minted = answer.message.only("authorization").removeprefix("Bearer ")
    assert published(gateway) == [jwt.get_unverified_header(minted)["kid"]]


@pytest.mark.wire
def test_each_decision_is_one_record_and_is_counted(gateway: GatewayProcess) -> None:
    before = len(records(gateway))
    token = good_token()
    assert [ask(gateway, bearer(token)).status, ask(gateway).status] == [200, 401]
    gateway.program.wait_for(lambda: len(records(gateway)) == before + 2, "two records")
    permit, deny = records(gateway)[before:]
    assert permit["event.outcome"] == "success"
    assert (deny["event.outcome"], deny["event.reason"]) == ("failure", "credential_missing")
    assert 'credential_missing"' in gateway.metrics()
    assert not any(part in gateway.program.written() for part in token.split("."))


@pytest.mark.wire
def test_insecure_choices_are_said_at_start(gateway: GatewayProcess) -> None:
    (warning,) = (line for line in lines(gateway) if line.get("event.action") == "insecure_choice")
    assert "policies.orders.routes[2]" in warning["token_gateway.choice"]
    assert ask(gateway, path="/").status == 200


@pytest.mark.wire
def test_each_listener_serves_its_own_pages_only(gateway: GatewayProcess) -> None:
    for port, path in (
        (gateway.decision_port, "/metrics"),
        (gateway.decision_port, "/.well-known/jwks.json"),
        (gateway.keys_port, "/metrics"),
        (gateway.keys_port, "/auth/nginx/orders"),
        (gateway.admin_port, "/auth/nginx/orders"),
        (gateway.admin_port, "/.well-known/jwks.json"),
    ):
        assert send(port, path).status in {403, 404}


@pytest.mark.wire
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_0(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as process:
        assert ask(process, bearer(good_token())).status == 200
        process.program.send(number)
        wait_until(lambda: process.program.exit_code is not None, lambda: "it did not end")
        assert process.program.exit_code == 0
        assert len(records(process)) == 1
        assert process.program.stderr.read_text() == ""
        for port in (process.decision_port, process.keys_port, process.admin_port):
            assert not accepts(port)


@pytest.mark.wire
def test_keys_in_a_directory_outlive_the_process(tmp_path: Path) -> None:
    config = with_keys({"store": "directory", "path": "keys"})
    with running(tmp_path, config) as first:
        kids = published(first)
    with running(tmp_path, config) as second:
        assert published(second) == kids != []


@pytest.mark.wire
def test_a_refused_include_is_said_and_the_others_stand(tmp_path: Path) -> None:
    write(tmp_path, {"policies": {"team": {"hosts": []}}}, "team.yaml")
    with running(tmp_path, served(include=["team.yaml"])) as process:
        assert ask(process, bearer(good_token())).status == 200
        said = [line for line in lines(process) if line.get("event.action") == "file_refused"]
    assert said != []
    assert all("team.yaml" in line["token_gateway.problem"] for line in said)


@pytest.mark.wire
def test_an_issuer_that_cannot_be_read_is_an_outage_and_said(tmp_path: Path) -> None:
    config = served()
    config["issuers"]["corp"]["jwks_file"] = "absent.json"
    with running(tmp_path, config) as process:
        answer = ask(process, bearer(good_token()))
        assert answer.status == 503
        assert int(answer.message.only("retry-after")) >= 1
        said = [line for line in lines(process) if line.get("event.action") == "keys_not_fetched"]
        assert said[0]["token_gateway.issuer"] == "corp"


@pytest.mark.wire
def test_a_token_that_is_revoked_while_we_serve_is_refused(tmp_path: Path) -> None:
    revoked = tmp_path / "revoked.yaml"
    revoked.write_text("revoked: []\n")
    with running(tmp_path, served(revocations={"file": "revoked.yaml"})) as process:

        def changed(count: int) -> bool:
            said = [line for line in lines(process) if line.get("event.action") == "revocations_changed"]
            return [line["token_gateway.count"] for line in said[-1:]] == [count]

        token = good_token()
        assert ask(process, bearer(token)).status == 200
        revoked.write_text("revoked:\n  - {issuer: corp, jti: jti-of-theirs}\n")
        process.program.wait_for(lambda: changed(1), "the list")
        assert ask(process, bearer(token)).status == 401
        process.program.wait_for(lambda: len(records(process)) == 2, "the second record")
        assert records(process)[-1]["event.reason"] == "token_revoked"
        revoked.write_text("revoked: []\n")
        process.program.wait_for(lambda: changed(0), "the empty list")
        assert ask(process, bearer(token)).status == 200


@pytest.fixture
def process_hooks() -> Iterator[None]:
    """`start` takes over what belongs to a process; this process is pytest's."""
    root = logging.getLogger()
    before = threading.excepthook, sys.unraisablehook, root.handlers[:], root.level
    yield
    threading.excepthook, sys.unraisablehook, root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.usefixtures("process_hooks")
async def test_an_address_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, (tmp_path / "lines").open("wb") as out:
        ports = [free_port(), free_port(), taken.getsockname()[1]]
        names = ("decision", "keys", "admin")
        listeners = {
            name: {"host": "127.0.0.1", "port": port} for name, port in zip(names, ports, strict=True)
        }
        world = load_world(write(tmp_path, served(listeners=listeners)))
        with pytest.raises(OSError, match="in use"):
            await start(world, open_keyring(world), Lines(out))
        assert not accepts(ports[0])
        assert not accepts(ports[1])
