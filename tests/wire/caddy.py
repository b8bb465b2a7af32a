"""How is a real Caddy run with a given configuration?"""

from pathlib import Path
from typing import Self

from tests.wire.components import Component, locate
from tests.wire.processes import Command, Program


class Caddy:
    """Caddy with this configuration, which listens on `port` of 127.0.0.1. A context manager."""

    def __init__(self, snippet: str, directory: Path, *, port: int) -> None:
        self.port = port
        directory.mkdir(parents=True, exist_ok=True)
        file = directory / "Caddyfile"
        file.write_text(snippet)
        command: Command = [locate(Component.CADDY), "run", "--adapter", "caddyfile", "--config", file]
        homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(directory))
        self.program = Program(command, directory, environment=homes)
        try:
            self.program.wait_for_port(port)
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
