"""What do two controllers render around our snippets? And how does a test stand behind it?

The server and its locations as the templates of F5's ingress controller (5.5,
internal/configs/version2/nginx.virtualserver.tmpl) and of NGINX Gateway Fabric (2.6,
internal/controller/nginx/config/servers_template.go) write them, without TLS and without what is off by
default, around the manifests as printed. The controllers need a cluster; nginx is the real one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from gateway.dialects.snippets.nginx_parts import DIRECTORY
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port
from tests.wire.stand import Stand

BARE: Final = "/v1/bare"
"""A route that somebody has added beside ours, without our lines for a location."""
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the manifests ask of the controller."""

    http: str
    server: str
    location: str
    log_format: str
    error_log_level: str


def virtual_server(text: str) -> Printed:
    """Read the VirtualServer and the ConfigMap for F5's controller."""
    door, controller = yaml.safe_load_all(text)
    (route,) = door["spec"]["routes"]
    assert route == {"path": "/", "action": {"return": route["action"]["return"]}}
    return Printed(
        http=door["spec"]["http-snippets"],
        server=door["spec"]["server-snippets"],
        location=f"return {route['action']['return']['code']} {CLOSED};",
        log_format=controller["data"]["log-format"],
        error_log_level=controller["data"]["error-log-level"],
    )


def snippets_filter(text: str) -> Printed:
    """Read the SnippetsFilter and the NginxProxy for NGINX Gateway Fabric."""
    asked, route, proxy = yaml.safe_load_all(text)
    (rule,) = route["spec"]["rules"]
    (named,) = [one["extensionRef"] for one in rule["filters"]]
    assert (named["kind"], named["name"]) == (asked["kind"], asked["metadata"]["name"])
    values = {one["context"]: one["value"] for one in asked["spec"]["snippets"]}
    return Printed(
        http=values["http"],
        server=values["http.server"],
        location=values["http.server.location"],
        log_format=proxy["spec"]["logging"]["accessLog"]["format"],
        error_log_level=proxy["spec"]["logging"]["errorLevel"],
    )


def rendered_f5(given: Printed, port: int, backend: int) -> str:
    """The `http` block of F5's controller: snippets come first, then the routes: ours and two more."""
    return f"""
    log_format main '{given.log_format}';
    access_log logs/access.log main;
    error_log logs/error.log {given.error_log_level};
    variables_hash_bucket_size 256;
    variables_hash_max_size 1024;
    map $http_upgrade $default_connection_header {{ default ""; }}
    map $http_upgrade $vs_connection_header {{ default upgrade; '' $default_connection_header; }}
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    upstream vs_apps_orders-1_backend {{
      zone vs_apps_orders-1_backend 256k;
      random two least_conn;
      server 127.0.0.1:{backend} max_fails=1 fail_timeout=10s max_conns=0;
    }}
    {given.http}
    server {{
      listen 127.0.0.1:{port};
      server_name api.example.com;
      server_tokens "on";
      {given.server}
      location / {{
        {given.location}
      }}
      location /v1/orders {{ return 418; }}
      location = {BARE} {{
        set $default_connection_header close;
        client_max_body_size 1m;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $vs_connection_header;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port $server_port;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Host "$host";
        proxy_pass http://vs_apps_orders-1_backend;
      }}
    }}
    """


def rendered_fabric(given: Printed, port: int, backend: int) -> str:
    """The `http` block of NGINX Gateway Fabric: snippets are included first in each place."""
    return f"""
    map $http_host $gw_api_compliant_host {{ '' $host; default $http_host; }}
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    log_format ngf_user_defined_log_format '{given.log_format}';
    access_log logs/access.log ngf_user_defined_log_format;
    error_log logs/error.log {given.error_log_level};
    {given.http}
    upstream apps_backend_80 {{
      random two least_conn;
      zone apps_backend_80 512k;
      server 127.0.0.1:{backend};
    }}
    server {{
      listen 127.0.0.1:{port};
      server_name api.example.com;
      {given.server}
      {_fabric_location("/", given.location)}
      {_fabric_location(BARE, "")}
    }}
    """


def _fabric_location(path: str, snippet: str) -> str:
    return f"""
      location {path} {{
        {snippet}
        proxy_http_version 1.1;
        proxy_set_header Host "$gw_api_compliant_host";
        proxy_set_header X-Forwarded-For "$proxy_add_x_forwarded_for";
        proxy_set_header X-Real-IP "$remote_addr";
        proxy_set_header X-Forwarded-Proto "$scheme";
        proxy_set_header X-Forwarded-Host "$host";
        proxy_set_header X-Forwarded-Port "$server_port";
        proxy_set_header Upgrade "$http_upgrade";
        proxy_set_header Connection "$connection_upgrade";
        proxy_pass http://apps_backend_80;
      }}
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """How the manifests of one target are read and rendered."""

    read: Callable[[str], Printed]
    render: Callable[[Printed, int, int], str]


CONTROLLERS: Final[Mapping[str, Controller]] = {
    "f5-nic": Controller(read=virtual_server, render=rendered_f5),
    "nginx-gateway-fabric": Controller(read=snippets_filter, render=rendered_fabric),
}


@contextmanager
def opened_controller(front: Front, target: str, gateway: GatewayProcess, directory: Path) -> Iterator[Stand]:
    """A backend, and nginx with what the controller would make of the printed manifests."""
    controller, port = CONTROLLERS[target], free_port()
    with EchoBackend() as backend:
        printed = printed_snippet(
            target,
            gateway.file,
            gateway=gateway.decision_port,
            backend=backend.port,
            listen=port,
        )
        # Where the operator mounts the Secret: here beside nginx.conf.
        http = controller.render(controller.read(printed.replace(DIRECTORY, "")), port, backend.port)
        with Nginx(front.component, http, directory / "proxy", port=port) as nginx:
            stand = Stand(
                front=front, port=port, proxy=nginx.program, gateway=gateway, backend=backend, provider=None
            )
            yield stand
            stand.assert_no_secret_is_written()
