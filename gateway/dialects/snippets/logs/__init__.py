"""Which access log of a proxy holds no token, and what is to be done about its error log?

One module a proxy. A format names what is written: a field of a later release is not written unasked. Nothing
of it is the client's own word but the method and the path, without what follows the path. `gateway snippet`
prints the same formats for a whole proxy.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.dialects.snippets.logs import (
    caddy,
    envoy,
    envoy_gateway,
    haproxy,
    ingress_nginx,
    nginx,
    traefik,
)

LOGS: Final[Mapping[str, Callable[[], str]]] = {
    "nginx": nginx.snippet,
    "ingress-nginx": ingress_nginx.snippet,
    "traefik": traefik.snippet,
    "haproxy": haproxy.snippet,
    "caddy": caddy.snippet,
    "envoy": envoy.snippet,
    "envoy-gateway": envoy_gateway.snippet,
}

__all__ = ["LOGS"]
