"""The backend behind the proxies that are measured: an nginx that answers with 1 KiB, or with 100 MiB.

It runs on the server's processor and is not counted: whoever is measured waits as little for it as can be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.dev.nginx import find_nginx
from loadtest.contenders.running import Server, free_port, running

SMALL: Final = 1024
LARGE: Final = 100 * 1024 * 1024
LARGE_PATH: Final = "/v1/shop-0/orders/large"
UPLOAD_PATH: Final = "/v1/shop-0/orders/upload"

_CONFIGURATION = """\
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; sendfile on; tcp_nodelay on;
  client_max_body_size 0;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = {large} {{ alias {folder}/large; }}
    location / {{ default_type application/json; return 200 "{small}"; }}
  }}
}}
"""


@contextmanager
def backend(folder: Path) -> Iterator[Server]:
    """Start it in a folder of its own beneath this one."""
    place = folder / "backend"
    place.mkdir()
    with (place / "large").open("wb") as file:
        file.truncate(LARGE)
    port, small = free_port(), "x" * SMALL
    text = _CONFIGURATION.format(port=port, folder=place, large=LARGE_PATH, small=small)
    (place / "nginx.conf").write_text(text)
    command = [find_nginx(), "-e", "error.log", "-p", str(place), "-c", str(place / "nginx.conf")]
    with running(command, place, port) as server:
        yield server
