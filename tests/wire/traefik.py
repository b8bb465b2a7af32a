"""How is a real Traefik run with a given dynamic configuration?"""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml

from tests.wire.components import Component, locate
from tests.wire.processes import Command, Program, free_port


class Traefik:
    """Traefik with one entry point `web` on `port`, and a file provider. A context manager.

    `dynamic` is the operator's file (routers, middlewares, services). `entry_point` is merged into
    `entryPoints.web`, `static` into the top level of the static configuration. The access log, in
    Traefik's default format unless `static` says otherwise, goes to stdout. `providers` stand beside
    the file's.
    """

    def __init__(
        self,
        dynamic: str,
        directory: Path,
        *,
        entry_point: Mapping[str, Any] | None = None,
        static: Mapping[str, Any] | None = None,
        providers: Mapping[str, Any] | None = None,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
        self._api_port = free_port()
        self._generation = 0
        self._dynamic = directory / "dynamic"
        self._dynamic.mkdir(parents=True)
        configuration = directory / "traefik.yml"
        text = yaml.safe_dump(self._static(entry_point or {}, static or {}, providers or {}))
        configuration.write_text(text)
        self._write(dynamic)
        command: Command = [locate(Component.TRAEFIK), f"--configFile={configuration}"]
        self.program = Program(command, directory, environment=environment)
        try:
            self._wait_until_loaded()
        except BaseException:
            self.program.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()  # asked to end, it waits for open connections

    def reload(self, dynamic: str) -> None:
        """Take another dynamic configuration. Returns when it is in force."""
        self._write(dynamic)
        self._wait_until_loaded()

    def wait_for_router(self, name: str) -> None:
        """Until one whose name has this in it is in force, whatever provider has read it."""
        self.program.wait_for(lambda: any(name in one for one in self._shows("routers")), f"a router {name}")
        self._settle()

    def _shows(self, kind: str) -> set[str]:
        """The names of its routers or middlewares, by what answers for itself; none while it starts."""
        url = f"http://127.0.0.1:{self._api_port}/api/http/{kind}?per_page=1000"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return {one["name"] for one in json.load(response)}
        except OSError:  # a refusal in HTTP is one; so is a machine that is too slow this time
            return set()

    def _static(
        self, entry_point: Mapping[str, Any], static: Mapping[str, Any], providers: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
            "log": {"level": "INFO"},
            "accessLog": {},
            "api": {"insecure": True},
            "providers": {
                "providersThrottleDuration": "10ms",
                "file": {"directory": str(self._dynamic), "watch": True},
                **providers,
            },
            **static,
            "entryPoints": {
                "web": {"address": f"127.0.0.1:{self.port}", **entry_point},
                "traefik": {"address": f"127.0.0.1:{self._api_port}"},
            },
        }

    def _write(self, dynamic: str) -> None:
        # The marker is written last: a Traefik that shows it has read the operator's file as well.
        self._replace("operator.yml", dynamic)
        self._mark()

    def _mark(self) -> None:
        self._generation += 1
        marker = {"headers": {"customRequestHeaders": {"X-Unused": "marker"}}}
        self._replace("marker.yml", yaml.safe_dump({"http": {"middlewares": {self._marker: marker}}}))

    @property
    def _marker(self) -> str:
        return f"generation-{self._generation}"

    def _replace(self, name: str, text: str) -> None:
        temporary = self._dynamic.parent / name
        temporary.write_text(text)
        temporary.rename(self._dynamic / name)

    def _wait_until_loaded(self) -> None:
        self._wait_for_marker()
        self._settle()

    def _settle(self) -> None:
        # Entry points take a configuration one after another, in no order, and the one that shows it may be
        # the first. They do so for one configuration after another: the next is shown where all have this.
        self._mark()
        self._wait_for_marker()

    def _wait_for_marker(self) -> None:
        self.program.wait_for(
            lambda: f"{self._marker}@file" in self._shows("middlewares"),
            f"the dynamic configuration {self._marker}",
        )
