"""Which proxies stand in front, and how is each run with nothing but what `gateway snippet` prints?"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import yaml

from tests.wire.components import REPOSITORY, Component
from tests.wire.nginx import Nginx
from tests.wire.traefik import Traefik

POLICY = "orders"


class Front(StrEnum):
    """A proxy that asks the gateway."""

    NGINX_NEW = "nginx-new"
    NGINX_OLD = "nginx-old"
    TRAEFIK = "traefik"

    @property
    def component(self) -> Component:
        return Component(self.value)

    @property
    def is_nginx(self) -> bool:
        return self is not Front.TRAEFIK

    @property
    def malformed(self) -> int:
        """What a malformed request becomes: nginx knows only 401 and 403."""
        return 403 if self.is_nginx else 400


def printed_snippet(target: str, file: Path, *, gateway: int, backend: int, listen: int) -> str:
    """What `gateway snippet` prints for the policy `orders` of this file, run as an operator runs it."""
    command = [sys.executable, "-m", "gateway", "snippet", target, "-c", str(file), "--policy", POLICY]
    addresses = {"gateway": f"http://127.0.0.1:{gateway}", "backend": f"http://127.0.0.1:{backend}"}
    places = [f"--{name}={value}" for name, value in addresses.items()]
    done = subprocess.run(
        [*command, *places, f"--listen=127.0.0.1:{listen}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def opened(front: Front, snippet: str, directory: Path, *, port: int) -> Iterator[Nginx | Traefik]:
    """The proxy, running with the printed snippet."""
    match front:
        case Front.NGINX_NEW | Front.NGINX_OLD:
            with Nginx(front.component, snippet, directory, port=port) as nginx:
                yield nginx
        case Front.TRAEFIK:
            with opened_traefik(snippet, directory, port=port) as traefik:
                yield traefik
        case _:
            assert_never(front)


@contextmanager
def opened_traefik(snippet: str, directory: Path, *, port: int) -> Iterator[Traefik]:
    """Traefik with both documents of the snippet; only where the second one lies is the harness's."""
    static, dynamic = yaml.safe_load_all(snippet)
    entry_point = static.pop("entryPoints")["web"]
    del static["providers"]
    with Traefik(
        yaml.safe_dump(dynamic), directory, entry_point=entry_point, static=static, port=port
    ) as traefik:
        yield traefik
