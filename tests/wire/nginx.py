"""How is a real nginx run with a given configuration, whatever its version and the user?"""

import os
import signal
from pathlib import Path
from typing import Self

from tests.wire.components import Component, locate
from tests.wire.processes import Command, Program

# What a build may compile in, but a test must not use: paths of the system.
_MAIN = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
{user}
events {{ worker_connections 256; }}
http {{
  client_body_temp_path client_body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  {access_log}
{http}
}}
"""


def main_configuration(http: str) -> str:
    """A whole nginx.conf around the directives of an `http` block."""
    user = "user root root;" if os.geteuid() == 0 else ""
    # At this level a second access_log would add to the configuration's own, not yield to it.
    access_log = "" if "access_log" in http else "access_log logs/access.log;"
    return _MAIN.format(user=user, access_log=access_log, http=http)


def write_caller(directory: Path) -> None:
    """The file that the operator writes by hand, where the snippet includes it."""
    line = f'proxy_set_header X-Token-Gateway-Caller "{os.environ["CALLER_SECRET"]}";\n'
    (directory / "token_gateway_caller.conf").write_text(line)


class Nginx:
    """nginx in its own directory; relative paths in its configuration are below it.

    `http` is the content of the `http` block. It should listen on `port` of 127.0.0.1. Where it
    sets no access_log, nginx writes its default one to `logs/access.log`. A context manager.
    """

    def __init__(self, component: Component, http: str, directory: Path, *, port: int) -> None:
        self.port = port
        self._configuration = directory / "nginx.conf"
        (directory / "logs").mkdir(parents=True, exist_ok=True)
        write_caller(directory)
        self._configuration.write_text(main_configuration(http))
        command: Command = [locate(component), "-e", "stderr", "-p", directory, "-c", self._configuration]
        self.program = Program(command, directory)
        try:
            self.program.wait_for_port(port)
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    @property
    def error_log(self) -> Path:
        return self.program.stderr

    def reload(self, http: str) -> None:
        """Take another configuration. Returns when the workers with the old one are gone."""
        retired = self._retired()
        self._configuration.write_text(main_configuration(http))
        self.program.send(signal.SIGHUP)
        self.program.wait_for(lambda: self._retired() > retired, "the old worker's end")

    def _retired(self) -> int:
        return self.error_log.read_text(errors="replace").count(" exited with code ")
