"""Does the image serve as process 1, with no right and nowhere to write, and does it end when told to?"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.process import ask, good_token, published, said
from tests.image.running import COMMAND, STATE, USER, box, children, exit_code, process_one, serving, status
from tests.wire.components import REPOSITORY
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import accepts, wait_until
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire


@pytest.fixture
def gateway(image: Path, tmp_path: Path) -> Iterator[GatewayProcess]:
    with serving(image, tmp_path / "gateway") as process:
        yield process


def test_it_decides_and_signs_without_any_right(gateway: GatewayProcess) -> None:
    assert [ask(gateway, bearer(good_token())).status, ask(gateway).status] == [200, 401]
    assert len(published(gateway)) == 1
    held = status(process_one(gateway))
    assert held["NSpid"].split()[-1] == "1"
    assert held["Uid"].split() == held["Gid"].split() == [str(USER)] * 4
    assert held["Groups"] == ""
    assert {held[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert held["NoNewPrivs"] == "1"


def test_it_can_write_its_volume_alone(gateway: GatewayProcess) -> None:
    root = Path(f"/proc/{process_one(gateway)}/root")
    mounts = Path(f"/proc/{process_one(gateway)}/mountinfo").read_text().splitlines()
    writable = {line.split()[4] for line in mounts if "ro" not in line.split()[5].split(",")}
    devices = {f"/dev/{name}" for name in ("null", "zero", "random", "urandom")}
    assert writable - devices == {STATE, "/proc"}
    keys = list(Path(f"{root}{STATE}/keys").iterdir())
    assert {path.suffix for path in keys} >= {".pem", ".json"}
    assert {(path.stat().st_uid, path.stat().st_mode & 0o077) for path in keys} == {(USER, 0)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_answers_what_was_asked(gateway: GatewayProcess, number: signal.Signals) -> None:
    with socket.create_connection(("127.0.0.1", gateway.decision_port), timeout=10) as asking:
        asking.sendall(b"GET /auth/nginx/orders HTTP/1.1\r\nHost: gateway\r\n")
        os.kill(process_one(gateway), number)
        wait_until(lambda: not accepts(gateway.decision_port), lambda: "it still listens")
        asking.sendall(b"\r\n")
        assert asking.recv(100).startswith(b"HTTP/1.1 ")
    assert exit_code(gateway) == 0


def test_sighup_reads_the_configuration_again(gateway: GatewayProcess) -> None:
    before = len(said(gateway, "config_reloaded"))
    os.kill(process_one(gateway), signal.SIGHUP)
    gateway.program.wait_for(lambda: len(said(gateway, "config_reloaded")) > before, "a reload")
    assert ask(gateway, bearer(good_token())).status == 200


def test_process_1_reaps_its_workers_and_ends_after_them(image: Path, tmp_path: Path) -> None:
    with serving(image, tmp_path / "gateway", workers=2) as gateway:
        first = process_one(gateway)
        before = children(first)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(set(children(first)) - set(before)) == 1, lambda: "no other was started")
        wait_until(lambda: before[0] not in children(first), lambda: "a zombie is left")
        wait_until(gateway.is_ready, lambda: "it is not ready again")
        assert ask(gateway, bearer(good_token())).status == 200
        os.kill(first, signal.SIGTERM)
        assert exit_code(gateway) == 0


def test_it_can_be_ended_before_it_has_begun(image: Path, tmp_path: Path) -> None:
    """A command that has no handlers of its own, and waits for us: `serve` is as far for half a second."""
    line = replace(box(image, tmp_path), command=[COMMAND, "leaks", "fingerprint"]).line()
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: _catches_sigterm(process.pid), lambda: "it never has a handler")
        os.kill(children(process.pid)[0], signal.SIGTERM)
        assert process.wait(20) == 128 + signal.SIGTERM


def test_a_configuration_that_is_missing_is_said(image: Path, tmp_path: Path) -> None:
    line = box(image, tmp_path).line()
    done = subprocess.run(line, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 78
    assert "/etc/token-gateway/gateway.yaml" in done.stderr


@pytest.mark.parametrize("target", ["haproxy-lua", "nginx"])
def test_other_commands_run_in_it_and_print_what_they_print_here(
    image: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "gateway.yaml").write_bytes((REPOSITORY / "config/gateway.yaml").read_bytes())
    arguments = ["snippet", target, "--gateway", "http://gateway:4180", "--backend", "http://backend:8080"]
    where = ["-c", "/etc/token-gateway/gateway.yaml"]
    there = _printed(replace(box(image, tmp_path), command=[COMMAND, *arguments, *where]).line())
    here = [sys.executable, "-m", "gateway", *arguments, "-c", str(tmp_path / "gateway.yaml")]
    assert there == _printed(here) != ""


def test_it_trusts_the_authorities_of_the_base(image: Path, tmp_path: Path) -> None:
    """Issuers are asked by https: Debian's OpenSSL alone does not find them in such a base."""
    count = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    command = ["/usr/bin/python3.13", "-c", count]
    assert int(_printed(replace(box(image, tmp_path), command=command).line())) > 100


# --- private ---


def _printed(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


def _catches_sigterm(pid: int) -> bool:
    """From its first lines on."""
    inside = children(pid)
    if not inside or status(inside[0])["Name"] != "gateway":
        return False
    return bool(int(status(inside[0])["SigCgt"], 16) & 1 << (signal.SIGTERM - 1))
