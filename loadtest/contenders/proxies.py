"""Proxies between the client and the same backend: nginx `proxy_pass`, Envoy, and the gateway at its edge.

nginx and Envoy decide nothing unless the row says so; with `jwt_authn` Envoy verifies, its cache on. All keep
their connections to the backend, buffer no bodies, and write no access log; the gateway writes a decision
record for each request, and gives the backend a token of its own.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from gateway.dev.nginx import find_nginx
from loadtest.contenders.backend import Backend, small
from loadtest.contenders.envoy import proxying
from loadtest.contenders.gateway import started
from loadtest.contenders.running import BIN, Contender, Server, free_port, running

_NGINX = """\
daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 32768; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; tcp_nodelay on;
  client_max_body_size 0; proxy_request_buffering off; proxy_buffering on; proxy_max_temp_file_size 0;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  upstream behind {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


def nginx(backend: Backend = small) -> Contender:
    """Pass on."""
    return Contender(name="nginx proxy_pass", start=partial(_nginx, backend=backend), verifies=False)


def envoy(backend: Backend = small, *, verifies: bool = False) -> Contender:
    """Pass on; what an issuer has signed, if it verifies."""
    name = "Envoy router, jwt_authn, its cache on" if verifies else "Envoy router"
    return Contender(name=name, start=partial(_envoy, backend=backend, verifies=verifies), verifies=False)


def gateway(backend: Backend = small, *, reuse: bool = False) -> Contender:
    """Decide, and pass on."""
    start = partial(_gateway, backend=backend, reuse=reuse)
    return Contender(name="token gateway at the edge", start=start, verifies=False)


# --- private ---


@contextmanager
def _nginx(folder: Path, _: Path, *, backend: Backend) -> Iterator[Server]:
    with backend(folder) as behind:
        port = free_port()
        (folder / "nginx.conf").write_text(_NGINX.format(port=port, backend=behind.port))
        command = [find_nginx(), "-e", "error.log", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with running(command, folder, port) as server:
            yield server


@contextmanager
def _envoy(folder: Path, keys: Path, *, backend: Backend, verifies: bool) -> Iterator[Server]:
    with backend(folder) as behind:
        port, file = free_port(), folder / "envoy.json"
        file.write_text(json.dumps(proxying(port, behind.port, keys if verifies else None)))
        options = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")
        with running([str(BIN / "envoy"), "-c", str(file), *options], folder, port) as server:
            if verifies:
                _refuses(server)
            yield server


@contextmanager
def _gateway(folder: Path, keys: Path, *, backend: Backend, reuse: bool) -> Iterator[Server]:
    with backend(folder) as behind:
        at: dict[str, Any] = {"edge": {"host": "127.0.0.1", "port": free_port()}}
        upstream = f"http://127.0.0.1:{behind.port}"
        with started(folder, keys, reuse=reuse, listeners=at, upstream=upstream) as gateway:
            server = Server(pid=gateway.pid, port=at["edge"]["port"], ready_s=gateway.ready_s)
            _refuses(server)
            yield server


def _refuses(server: Server) -> None:
    """Who brings no token gets nothing. Raises: RuntimeError."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/v1/shop-0/orders/4711", headers={"Host": "api.example.com"})
    status = connection.getresponse().status
    connection.close()
    if status != 401:
        raise RuntimeError(f"a request without a token is answered with {status}, expected 401")
