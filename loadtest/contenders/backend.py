"""The backends behind the proxies: an nginx that answers with 1 KiB; one for bodies of 100 MiB, either way.

They run on the server's processor and are not counted: who is measured waits as little for them as can be.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from gateway.dev.nginx import find_nginx
from loadtest.contenders.running import Server, free_port, running

SMALL: Final = 1024

_CONFIGURATION = """\
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; tcp_nodelay on;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; return 200 "{small}"; }}
  }}
}}
"""


Backend = Callable[[Path], AbstractContextManager[Server]]
"""Starts one in a folder of its own beneath the given one."""


@contextmanager
def small(folder: Path) -> Iterator[Server]:
    """1 KiB for everybody."""
    place, port = folder / "backend", free_port()
    place.mkdir()
    (place / "nginx.conf").write_text(_CONFIGURATION.format(port=port, small="x" * SMALL))
    command = [find_nginx(), "-e", "error.log", "-p", str(place), "-c", str(place / "nginx.conf")]
    with running(command, place, port) as server:
        yield server


@contextmanager
def bulk(folder: Path) -> Iterator[Server]:
    """Takes whole bodies and gives as much: `bulk_server`."""
    place, port = folder / "backend", free_port()
    place.mkdir()
    with running([sys.executable, "-m", "loadtest.contenders.bulk_server", str(port)], place, port) as server:
        yield server
