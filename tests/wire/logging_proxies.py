"""How does each proxy run with the log format that is printed for it, or with its own default?

In front of a backend; below `/dead`, of a port where nobody listens: an error log has something to say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, assert_never

import yaml

from gateway.dialects.snippets.logs import LOGS
from tests.wire.caddy import Caddy
from tests.wire.components import Component
from tests.wire.envoy import Envoy
from tests.wire.fronts import Proxy
from tests.wire.haproxy import HAProxy
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port
from tests.wire.traefik import Traefik


class Logging(StrEnum):
    """A proxy, and the target of `gateway snippet logs` that is tried with it."""

    NGINX_NEW = "nginx-new"
    NGINX_OLD = "nginx-old"
    INGRESS_NGINX = "ingress-nginx"
    TRAEFIK = "traefik"
    CADDY = "caddy"
    HAPROXY = "haproxy"
    HAPROXY_NEW = "haproxy-new"
    ENVOY = "envoy"

    @property
    def component(self) -> Component:
        return Component.NGINX_NEW if self is Logging.INGRESS_NGINX else Component(self.value)

    @property
    def snippet(self) -> str:
        """What `gateway snippet logs` prints."""
        return LOGS["nginx" if self is Logging.NGINX_OLD else self.removesuffix("-new")]()


@contextmanager
def opened(proxy: Logging, backend: int, directory: Path, *, safe: bool) -> Iterator[Proxy]:
    """Start it with what is printed, or with its default format where that is not `safe`."""
    port, dead = free_port(), free_port()
    places = {"listen": port, "backend": backend, "dead": dead}
    printed = proxy.snippet if safe else ""
    match proxy:
        case Logging.NGINX_NEW | Logging.NGINX_OLD:
            http = printed + _NGINX % places
            running: Any = Nginx(proxy.component, http, directory, port=port)
        case Logging.INGRESS_NGINX:
            http = (_controller(printed) if safe else "") + _NGINX % places
            running = Nginx(proxy.component, http, directory, port=port)
        case Logging.TRAEFIK:
            running = Traefik(_TRAEFIK % places, directory, static=yaml.safe_load(printed or "{}"), port=port)
        case Logging.CADDY:
            options = printed[printed.index("\n{\n") + 3 :] if safe else "}\n"
            running = Caddy(_CADDY % {**places, "options": options}, directory, port=port)
        case Logging.HAPROXY | Logging.HAPROXY_NEW:
            written = {**places, "log": printed or "option httplog\n"}
            running = HAProxy(proxy.component, _HAPROXY % written, directory, port=port)
        case Logging.ENVOY:
            running = Envoy(_envoy(places, yaml.safe_load(printed or _ENVOY_DEFAULT)), directory, port=port)
        case _:
            assert_never(proxy)
    with running as opened_proxy:
        yield opened_proxy


def _controller(config_map: str) -> str:
    """What the controller's template makes of both settings (see tests/wire/ingress.py)."""
    (settings,) = yaml.safe_load(config_map).values()
    return (
        f"log_format upstreaminfo '{settings['log-format-upstream']}';\n"
        "access_log logs/access.log upstreaminfo;\n"
        f"error_log logs/error.log {settings['error-log-level']};\n"
    )


_NGINX = """
server {
    listen 127.0.0.1:%(listen)s;
    location / { proxy_pass http://127.0.0.1:%(backend)s; proxy_http_version 1.1; }
    location /dead { proxy_pass http://127.0.0.1:%(dead)s; }
}
"""
_TRAEFIK = """
http:
  routers:
    live: {rule: PathPrefix(`/`), service: live, entryPoints: [web]}
    dead: {rule: PathPrefix(`/dead`), service: dead, entryPoints: [web]}
  services:
    live: {loadBalancer: {servers: [{url: "http://127.0.0.1:%(backend)s"}]}}
    dead: {loadBalancer: {servers: [{url: "http://127.0.0.1:%(dead)s"}]}}
"""
_CADDY = """
{
	admin off
	persist_config off
	auto_https off
%(options)s
http://:%(listen)s {
	bind 127.0.0.1
	log
	handle /dead* {
		reverse_proxy 127.0.0.1:%(dead)s
	}
	handle {
		reverse_proxy 127.0.0.1:%(backend)s {
			header_up X-Request-ID {http.request.uuid}
		}
	}
}
"""
_HAPROXY = """
global
    log stdout format raw local0 info
defaults
    mode http
    log global
    retries 0
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:%(listen)s
%(log)s
    use_backend dead if { path_beg /dead }
    default_backend live
backend live
    server one 127.0.0.1:%(backend)s
backend dead
    server one 127.0.0.1:%(dead)s
"""
_ENVOY_DEFAULT = """
access_log:
- name: envoy.access_loggers.stdout
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
"""
_EXTENSIONS = "type.googleapis.com/envoy.extensions.filters"


def _envoy(places: dict[str, int], logging: dict[str, Any]) -> str:
    clusters = {name: _cluster(name, places[name]) for name in ("backend", "dead")}
    routes = [
        {"match": {"prefix": prefix}, "route": {"cluster": name}}
        for prefix, name in (("/dead", "dead"), ("/", "backend"))
    ]
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{_EXTENSIONS}.http.router.v3.Router"},
    }
    kind = f"{_EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager"
    manager = {
        "@type": kind,
        "stat_prefix": "web",
        "use_remote_address": True,
        "generate_request_id": False,  # so that a client's X-Request-ID stays
        **logging,
        "route_config": {"virtual_hosts": [{"name": "any", "domains": ["*"], "routes": routes}]},
        "http_filters": [router],
    }
    chain = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    listener = {"address": _address(places["listen"]), "filter_chains": [{"filters": [chain]}]}
    return yaml.safe_dump(
        {"static_resources": {"listeners": [listener], "clusters": list(clusters.values())}}
    )


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(port)}}
    load = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"name": name, "load_assignment": load}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
