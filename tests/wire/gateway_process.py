"""How is the gateway itself run in a wire test? As an operator runs it: a file and `serve`."""

import json
import re
import sys
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any, Self

from tests.wire.processes import Command, Program, free_port, wait_until


class GatewayProcess:
    """`gateway serve -c FILE`, ready when `/readyz` says so. A context manager.

    `configuration` is the file without its listeners; ports of 127.0.0.1 are filled in. `under` is a command
    that runs the one that follows it, with another limit of open files for example.
    """

    def __init__(
        self,
        configuration: Mapping[str, Any],
        directory: Path,
        *,
        workers: int = 1,
        environment: Mapping[str, str] | None = None,
        under: Command = (),
        awaits: str = "/readyz",
        instead: Command = (),
    ) -> None:
        """`awaits` is the page that has to be good first; `/livez` needs no issuer's answer.

        `instead` is a whole command that serves what is in the directory, in another way than ours.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self.decision_port, self.keys_port, self.admin_port = free_port(), free_port(), free_port()
        self.grpc_port = free_port()
        """Where it listens if `listeners` of the configuration has `grpc`."""
        self.edge_port = free_port()
        """The same for `edge`."""
        self.file = directory / "gateway.yaml"
        self.write(configuration)
        self._records: list[dict[str, Any]] = []
        self._read = 0
        self._reading = Lock()
        command: Command = [*under, sys.executable, "-m", "gateway", "serve", "-c", self.file]
        command = [*command, "--workers", str(workers)]
        self.program = Program(instead or command, directory, environment=environment)
        try:
            self.program.wait_for(lambda: self._is_good(awaits), "readiness")
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    @property
    def jwks_uri(self) -> str:
        return f"http://127.0.0.1:{self.keys_port}/.well-known/jwks.json"

    def write(self, configuration: Mapping[str, Any]) -> None:
        """Replace the configuration file; the process keeps its ports."""
        ports = {
            "decision": self.decision_port,
            "keys": self.keys_port,
            "admin": self.admin_port,
        }
        optional = {"grpc": self.grpc_port, "edge": self.edge_port}
        ports |= {name: port for name, port in optional.items() if name in configuration.get("listeners", {})}
        listeners = {
            name: {
                "host": "127.0.0.1",
                **configuration.get("listeners", {}).get(name, {}),
                "port": port,
            }
            for name, port in ports.items()
        }
        # JSON is YAML, and knows no aliases, which the configuration refuses.
        # A record of each decision, however many are alike: that is what these tests read.
        audit = {"repeated_refusals": {"keep": 1_000_000}, **configuration.get("audit", {})}
        changed = {**configuration, "listeners": listeners, "audit": audit}
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(changed, indent=1))
        new.rename(self.file)  # it may be read at any moment

    def is_ready(self) -> bool:
        """Whether `/readyz` of the admin listener answers 200."""
        return self._is_good("/readyz")

    def _is_good(self, page: str) -> bool:
        url = f"http://127.0.0.1:{self.admin_port}{page}"
        try:
            with urllib.request.urlopen(url, timeout=20) as response:
                return bool(response.status == HTTPStatus.OK)
        except OSError:  # a refusal in HTTP is one; so is a machine that is too slow this time
            return False

    def records(self, at_least: int = 0) -> list[dict[str, Any]]:
        """The decision records: of every decision that was answered, if it runs; else those written.

        A decision is counted before it is answered, and written down in the next turn of the loop. The counts
        of several workers come up to a second late: say how many decisions there were `at_least`.
        """
        if self.program.exit_code is None:
            decided = max(at_least, self._decisions())
            wait_until(lambda: len(self._written()) >= decided, lambda: "a decision has no record")
        return self._written()

    def metrics(self) -> str:
        """The text of `/metrics`."""
        url = f"http://127.0.0.1:{self.admin_port}/metrics"
        with urllib.request.urlopen(url, timeout=20) as response:
            text: str = response.read().decode()
            return text

    def _written(self) -> list[dict[str, Any]]:
        """Every line of stdout is one JSON object, and read once."""
        with self._reading, self.program.stdout.open("rb") as stdout:
            stdout.seek(self._read)
            whole, newline, _ = stdout.read().rpartition(b"\n")
            self._read += len(whole + newline)
            lines = [json.loads(line) for line in whole.splitlines()]
            self._records += [line for line in lines if line["event.action"] == "decide"]
            return list(self._records)

    def _decisions(self) -> int:
        counted = re.findall(r"^token_gateway_decisions_total\{.*\} (\S+)$", self.metrics(), re.MULTILINE)
        return sum(int(float(number)) for number in counted)

    def connections(self) -> int:
        """How many connections of proxies are open, to either listener that they ask."""
        found = re.findall(r"^token_gateway_connections\{[^}]*\} (\d+)", self.metrics(), re.MULTILINE)
        assert found != []
        return sum(map(int, found))
