"""`gateway serve` as a process: how it starts, what it says, what ends it."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import jwt
import pytest

from tests.app.process import (
    ask,
    good_token,
    lines,
    published,
    records,
    running,
    said,
    served,
    with_keys,
)
from tests.cli.configuration import write
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import accepts, wait_until
from tests.wire.raw_client import bearer, send


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running(tmp_path_factory.mktemp("gateway")) as process:
        yield process


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
    said = [
        line["token_gateway.choice"]
        for line in lines(gateway)
        if line.get("event.action") == "insecure_choice"
    ]
    assert len(said) == 2
    assert "policies.orders.callers" in said[0]
    assert "policies.orders.routes[2]" in said[1]
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
@pytest.mark.parametrize("workers", [1, 2])
def test_signals_without_end_change_nothing_about_its_end(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers) as process:
        while process.program.exit_code is None:
            process.program.send(signal.SIGTERM)
        assert process.program.exit_code == 0


_ASKED_AT_START: Final = """
import os, signal, sys
from gateway.app import serve
from gateway.cli import main

serve.settle = lambda: os.kill(os.getpid(), signal.SIGHUP)  # the loop stands still, and has to begin
sys.exit(main(["serve", "-c", "gateway.yaml"]))
"""


@pytest.mark.wire
def test_a_reload_that_is_asked_for_before_it_has_begun_is_not_lost(tmp_path: Path) -> None:
    with running(tmp_path, instead=[sys.executable, "-c", _ASKED_AT_START]) as process:
        process.program.wait_for(lambda: said(process, "config_reloaded") != [], "a reload")


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
