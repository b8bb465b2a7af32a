"""How does a contender run? As a process of its own, on the server's core, on a port of its own."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from socket import create_connection, socket

from loadtest import machine

BIN = Path(__file__).resolve().parents[2] / ".cache/bin"
"""Where `.ci/bootstrap` puts components."""
PATIENCE_S = 60
_PORTS = cycle(range(20_000 + os.getpid() % 10_000, 32_000))
"""In turn, so that no two of one run are the same; begun elsewhere by each run, as there may be others."""


class Unavailable(RuntimeError):
    """It cannot do what a scenario asks for. The text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A contender that listens."""

    pid: int
    port: int
    ready_s: float
    """From its start until it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Who it is, and how it is started in an empty folder, with the issuer's keys in another."""

    name: str
    start: Callable[[Path, Path], AbstractContextManager[Server]]
    header: str = ""
    """What a good answer must carry."""
    verifies: bool = True
    """A floor does not: it answers everybody with 200."""


def free_port() -> int:
    """A port that nobody has at this moment; not one that the system gives to outgoing connections."""
    while True:
        port = next(_PORTS)
        with socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    port: int,
    ready: Callable[[], bool] | None = None,
    cores: Sequence[int] = (machine.SERVER_CORE,),
) -> Iterator[Server]:
    """Start it; its output goes to a file of the folder. Raises: RuntimeError where it does not get ready."""
    pinned = ["taskset", "--cpu-list", ",".join(map(str, cores)), *command]
    with (folder / "output").open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(pinned, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, ready or (lambda: listens(port)), folder)
        yield Server(pid=process.pid, port=port, ready_s=time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    """Whether somebody does."""
    try:
        create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def _wait(process: "subprocess.Popen[bytes]", ready: Callable[[], bool], folder: Path) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            said = (folder / "output").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{process.args!r} did not get ready:\n{said}")
        time.sleep(0.005)
