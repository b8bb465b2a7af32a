"""How is a real program started, known to be ready, and gone at the end of the test?

Everything it writes goes to files in its own directory, so that a test can search them for tokens.
"""

import errno
import itertools
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

START_TIMEOUT_S = 60.0  # a slow machine; a ready program is noticed within _POLL_S
STOP_TIMEOUT_S = 30.0  # a gateway with requests under way takes up to 20
_POLL_S = 0.02

Command = Sequence[str | Path]


class NotReady(RuntimeError):
    """A program ended or stayed silent instead of becoming ready. The text holds what it wrote."""


def _ports() -> Iterator[int]:
    # Below the range that the kernel takes outgoing connections from: none of them can be in the
    # way. Each worker of pytest-xdist has a slice, and a run starts anywhere in it.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 6
    start = random.randrange(2000)
    for offset in itertools.count(start):
        yield 20_000 + 2000 * worker + offset % 2000


_PORTS = _ports()
_TOGETHER = 50
"""So many ports are claimed at a time: a worker gives out a thousand, and may have as many files open."""
_OURS: dict[int, socket.socket] = {}
"""What tells other runs on this machine, for as long as this process lives, which ports it gives out."""


def _claimed(port: int) -> bool:
    """Whether no other run has it: an abstract name is one process's, and gone with it (unix(7))."""
    these = port // _TOGETHER
    if these not in _OURS:
        claim = socket.socket(socket.AF_UNIX)
        if not _bound(claim, f"\0token-gateway-tests-{these}"):
            claim.close()
            return False
        _OURS[these] = claim
    return True


def _bound(one: socket.socket, address: str | tuple[str, int]) -> bool:
    """Whether nobody had it. Raises: OSError for what is no answer to that, such as no more open files."""
    try:
        one.bind(address)
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody used a moment ago, never given twice in a row."""
    for port in _PORTS:
        with socket.socket() as probe:
            if _bound(probe, ("127.0.0.1", port)) and _claimed(port):
                return port
    raise AssertionError("the ports never end")


def wait_until(
    condition: Callable[[], bool], describe: Callable[[], str], timeout_s: float = START_TIMEOUT_S
) -> None:
    """Return as soon as the condition holds. Raises `NotReady` with the description."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise NotReady(describe())
        time.sleep(_POLL_S)


def accepts(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Program:
    """One running program in its own process group, with its output in files. A context manager."""

    def __init__(
        self,
        command: Command,
        directory: Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.stdout = directory / "stdout"
        self.stderr = directory / "stderr"
        self._name = Path(command[0]).name
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=directory,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Until the condition holds. Raises `NotReady`, at once if the program has ended."""

        def holds() -> bool:
            if self.exit_code is not None:
                raise NotReady(self._complaint(f"ended with {self.exit_code} before {what}"))
            return condition()

        wait_until(holds, lambda: self._complaint(f"never reached: {what}"))

    def wait_for_port(self, port: int) -> None:
        """Until it accepts connections on this port of 127.0.0.1. Raises `NotReady`."""
        self.wait_for(lambda: accepts(port), f"accepting on port {port}")

    def stop(self) -> int:
        """Ask it to end, then make it. Returns the exit code; leaves no process of its group."""
        if self.exit_code is None:
            self.send(signal.SIGTERM)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._kill_group()
            return self._process.wait(STOP_TIMEOUT_S)
        finally:
            self._kill_group()

    def kill(self) -> None:
        """End it without asking, as a crash would."""
        self._kill_group()
        self._process.wait(STOP_TIMEOUT_S)

    def written(self, since: Mapping[Path, int] | None = None) -> str:
        """What it has written: output and every file of its directory, each from the size it had `since`."""
        sizes, parts = since or {}, list[bytes]()
        for path in sorted(self._files()):
            with suppress(FileNotFoundError):  # a proxy's own file of a body, gone with the request
                parts.append(path.read_bytes()[sizes.get(path, 0) :])
        return "\n".join(part.decode("latin-1") for part in parts)

    def sizes(self) -> dict[Path, int]:
        """How far it has written each of its files."""
        found = dict[Path, int]()
        for path in self._files():
            with suppress(FileNotFoundError):
                found[path] = path.stat().st_size
        return found

    def _files(self) -> Iterator[Path]:
        return (path for path in self.directory.rglob("*") if path.is_file())

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def _complaint(self, what: str) -> str:
        said = self.stdout.read_text(errors="replace") + self.stderr.read_text(errors="replace")
        return f"{self._name} {what}\n{said[-4000:]}"
