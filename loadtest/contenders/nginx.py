"""nginx that answers 200 and does nothing: what an answer over HTTP costs at the least."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.dev.nginx import find_nginx
from loadtest.contenders.running import Contender, Server, free_port, running

_CONFIGURATION = """\
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200; }} }}
}}
"""


@contextmanager
def _start(folder: Path, _: Path) -> Iterator[Server]:
    port = free_port()
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(port=port))
    command = [find_nginx(), "-e", "error.log", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, folder, port) as server:
        yield server


FLOOR = Contender(name="nginx return 200", start=_start, verifies=False)
