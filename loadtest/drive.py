"""How is a server kept busy and measured? The client of `client/` sends; here its processor time is read."""

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from loadtest import machine, processes

CLIENT = Path(__file__).resolve().parent.parent / ".cache/bin/loadclient"
"""Built by `.ci/bootstrap bench`."""
PLACEHOLDER = "0000variable0000"
"""Where it stands in a request, each sending has another number (client/requests.go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """One kind of requests; the meaning of each field is in client/plan.go."""

    name: str
    port: int
    requests: str
    first: int = 0
    warm_count: int = 0
    count: int = 0
    connections: int = 64
    rate: float = 0
    fresh: bool = False
    reopens: bool = False
    seed: int = 0
    statuses: tuple[int, ...] = (200,)
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the client saw of one kind. Times in microseconds, from when a request was meant to be sent."""

    name: str
    answered: int
    unexpected: dict[str, int]
    statuses: dict[str, int]
    unsent: int
    seconds: float
    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One measurement."""

    seen: tuple[Seen, ...]
    server_cpu_s: float
    """Of the server's process tree, for exactly the requests of the window."""
    client_cpu_s: float
    took_s: float
    others: float
    """Processors that were busy with neither server nor client, on average."""
    stolen: float
    """Processors that the host took away, on average."""

    @property
    def answered(self) -> int:
        """Of all kinds together."""
        return sum(one.answered for one in self.seen)

    @property
    def cpu_us(self) -> float:
        """Processor time of the server for each request."""
        return self.server_cpu_s / self.answered * 1e6

    @property
    def noisy(self) -> bool:
        """Whether others were at work as well."""
        return self.others > machine.BUSY or self.stolen > machine.BUSY


class Unexpected(RuntimeError):
    """An answer was not what it should be, so the figures mean nothing."""


def drive(pid: int, *traffic: Traffic, seconds: float, warm_s: float, spin: bool = True) -> Window:
    """Drive the server whose process tree begins at `pid`. Raises: Unexpected; OSError, RuntimeError."""
    plan = {
        "seconds": seconds,
        "warm_seconds": warm_s,
        "spin": spin and machine.CLIENT_CORE != machine.SERVER_CORE,
        "loads": [asdict(one) for one in traffic],
    }
    with _client() as client:
        _tell(client, json.dumps(plan))
        _hear(client)
        pids = processes.tree(pid)
        before = _Reading.take(pids, client.pid)
        _tell(client, "go")
        seen = tuple(Seen(**one) for one in json.loads(_hear(client)))
        after = _Reading.take(pids, client.pid)
        if processes.tree(pid) != pids:
            raise RuntimeError("the server's processes are no longer the same")
        window = after.since(before, seen)
    _check(window)
    return window


# --- private ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    at_s: float
    server_s: float
    client_s: float
    machine: machine.Clock

    @classmethod
    def take(cls, pids: list[int], client: int) -> "_Reading":
        return cls(
            at_s=time.perf_counter(),
            server_s=processes.cpu_s(pids),
            client_s=processes.cpu_s([client]),
            machine=machine.clock(),
        )

    def since(self, before: "_Reading", seen: tuple[Seen, ...]) -> Window:
        took_s = self.at_s - before.at_s
        server_s, client_s = self.server_s - before.server_s, self.client_s - before.client_s
        busy_s = self.machine.busy_s - before.machine.busy_s
        return Window(
            seen=seen,
            server_cpu_s=server_s,
            client_cpu_s=client_s,
            took_s=took_s,
            others=max(busy_s - server_s - client_s, 0) / took_s,
            stolen=(self.machine.stolen_s - before.machine.stolen_s) / took_s,
        )


def _client() -> "subprocess.Popen[str]":
    # Go would otherwise interrupt its own busy thread a hundred times a second.
    environment = {**os.environ, "GODEBUG": "asyncpreemptoff=1"}
    command = ["taskset", "--cpu-list", str(machine.CLIENT_CORE), str(CLIENT)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, bufsize=1
    )


def _tell(client: "subprocess.Popen[str]", line: str) -> None:
    assert client.stdin is not None
    client.stdin.write(line + "\n")
    client.stdin.flush()


def _hear(client: "subprocess.Popen[str]") -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise RuntimeError(f"the load client ended with {client.wait()}")
    return line


def _check(window: Window) -> None:
    for one in window.seen:
        if one.unexpected or not one.answered:
            raise Unexpected(f"{one.name}: {one.answered} answers, and not as expected: {one.unexpected}")
