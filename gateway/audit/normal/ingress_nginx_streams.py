"""Which Services does ingress-nginx open by TCP and UDP, past all that is said of requests?

kubernetes.github.io/ingress-nginx/user-guide/exposing-tcp-udp-services: each key of a ConfigMap is a port,
each value `namespace/service:port`.
"""

from collections.abc import Iterator

from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import members, text
from gateway.audit.exposure import (
    ANY_HOST,
    Backend,
    Exposure,
    PathKind,
    PathMatch,
    Reaches,
    Tls,
    TokenFate,
)
from gateway.audit.normal.ingress_nginx_settings import stream_maps


def read(estate: Estate) -> Iterator[Exposure]:
    """Give each open port as a route without authentication, of any host and path."""
    for protocol, config in stream_maps(estate):
        for port, node in members(config.node, "data"):
            backend = _backend(text(node) or "")
            if backend is None:
                continue
            place = config.place(node)
            yield Exposure(
                host=ANY_HOST,
                path=PathMatch(PathKind.UNKNOWN, "/"),
                tls=Tls.PASSED_THROUGH,
                controller=Controller.INGRESS_NGINX,
                backends=(backend,),
                auth=None,
                token=TokenFate(Reaches.YES, "the controller sees no request, only octets", place),
                conditions=(f"{protocol} port {port}",),
                public=config.public,
                source=place,
                of=config,
            )


# --- private ---


def _backend(written: str) -> Backend | None:
    """`namespace/service:port`, and after it perhaps `:PROXY`."""
    namespace, slash, rest = written.strip().partition("/")
    name, _, port = rest.partition(":")
    return Backend(namespace, name, port.partition(":")[0]) if slash and namespace and name else None
