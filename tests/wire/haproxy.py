"""How is a real HAProxy run with a given configuration, and the script that it loads?"""

from pathlib import Path
from typing import Self

from gateway.dialects.snippets.haproxy_lua import SCRIPT
from tests.wire.components import Component, locate
from tests.wire.processes import Command, Program


def write(snippet: str, directory: Path, script: str = SCRIPT) -> Path:
    """Both files, in the directory that HAProxy is to be started in. Returns the configuration's path."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "haproxy.cfg"
    file.write_text(snippet)
    (directory / "token_gateway.lua").write_text(script)
    return file


class HAProxy:
    """HAProxy with this configuration, which listens on `port` of 127.0.0.1. A context manager."""

    def __init__(
        self, component: Component, snippet: str, directory: Path, *, port: int, script: str = SCRIPT
    ) -> None:
        """`component` is one of both: the older or the newer."""
        self.port = port
        file = write(snippet, directory, script)
        command: Command = [locate(component), "-db", "-f", file]
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
