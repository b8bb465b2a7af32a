"""What does an operator paste into the proxy's own configuration?

One module a target. Each writes complete, commented, hardened configuration from the operator's own
policy, and says in it what that proxy cannot do. Every value that is written comes from a validated
configuration or was checked by `Settings`: nothing can break out of its place.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.core.policy import Policy
from gateway.dialects.snippets import (
    caddy,
    contour,
    envoy,
    envoy_gateway,
    envoy_grpc,
    f5_nic,
    gateway_api,
    haproxy,
    haproxy_lua,
    ingress_nginx,
    ingress_nginx_global,
    istio,
    kgateway,
    nginx,
    nginx_gateway_fabric,
    traefik,
    traefik_ingress_nginx,
    traefik_middleware,
)
from gateway.dialects.snippets.settings import Settings, SnippetImpossible

SNIPPETS: Final[Mapping[str, Callable[[Policy, Settings], str]]] = {
    "nginx": nginx.snippet,
    "ingress-nginx": ingress_nginx.snippet,
    "ingress-nginx-global": ingress_nginx_global.snippet,
    "traefik": traefik.snippet,
    "traefik-middleware": traefik_middleware.snippet,
    "traefik-ingress-nginx": traefik_ingress_nginx.snippet,
    "envoy": envoy.snippet,
    "caddy": caddy.snippet,
    "haproxy": haproxy.snippet,
    "haproxy-lua": haproxy_lua.snippet,
    "envoy-grpc": envoy_grpc.snippet,
    "envoy-gateway": envoy_gateway.snippet,
    "gateway-api": gateway_api.snippet,
    "istio": istio.snippet,
    "contour": contour.snippet,
    "kgateway": kgateway.snippet,
    "f5-nic": f5_nic.snippet,
    "nginx-gateway-fabric": nginx_gateway_fabric.snippet,
}

__all__ = ["SNIPPETS", "Settings", "SnippetImpossible"]
