"""`gateway serve`: what it says before it serves. Serving itself is in tests/app."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import main, serve
from tests.cli.configuration import Run, configuration, write
from tests.wire.processes import Command


@pytest.mark.wire
def test_a_configuration_with_mistakes_starts_nothing(gateway: Run, tmp_path: Path) -> None:
    changed = configuration()
    changed["policies"]["orders"]["hosts"] = []
    ran = gateway("serve", "-c", write(tmp_path, changed))
    assert (ran.code, ran.out) == (78, "")
    assert "policies.orders.hosts" in ran.err


@pytest.mark.wire
def test_a_key_store_that_cannot_be_used_is_a_mistake_of_configuration(gateway: Run, tmp_path: Path) -> None:
    changed = configuration()
    changed["downstream"]["keys"] = {"store": "shared", "path": "nowhere"}
    ran = gateway("serve", "-c", write(tmp_path, changed))
    assert ran.code == 78
    assert "downstream.keys" in ran.err


@pytest.mark.wire
def test_an_address_that_is_taken_is_exit_1(tmp_path: Path) -> None:
    changed = configuration()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        free = {"host": "127.0.0.1", "port": 0}
        changed["listeners"] = {"decision": {**free, "port": port}, "keys": free, "admin": free}
        # A process of its own: serving takes over standard output and the standard library's log.
        command: Command = [sys.executable, "-m", "gateway", "serve", "-c", write(tmp_path, changed)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 1
    assert "cannot listen" in ran.stderr


@pytest.mark.parametrize("number", ["0", "-1", "two", "1000", ""])
def test_workers_are_a_number(
    config: Path, number: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "serve", lambda *_: pytest.fail("it would serve"))
    with pytest.raises(SystemExit) as usage:
        main(["serve", "-c", str(config), f"--workers={number}"])
    assert usage.value.code == 2
    assert "a number from 1 to 256" in capfd.readouterr().err
