"""How is a real Envoy run with a given configuration?"""

from pathlib import Path
from typing import Self

from tests.wire.components import Component, locate
from tests.wire.processes import Command, Program


class Envoy:
    """Envoy with this configuration, which listens on `port` of 127.0.0.1. A context manager."""

    def __init__(self, snippet: str, directory: Path, *, port: int) -> None:
        self.port = port
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / "envoy.yaml"
        file.write_text(snippet)
        command: Command = [
            locate(Component.ENVOY),
            "-c",
            file,
            "--disable-hot-restart",
            "--concurrency",
            "1",
            "--file-flush-interval-msec",  # the access log, before a test looks at it
            "20",
        ]
        self.program = Program(command, directory)
        try:
            self.program.wait_for_port(port)
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
