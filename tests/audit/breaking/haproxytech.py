"""It asks for passwords alone by annotations; what stands behind our edge has no field that asks."""

from typing import Any

RELEVANT = (
    r"Ingress: metadata\.annotations\.haproxy\.org/auth-type",
    r"Ingress: metadata\.annotations\.haproxy\.org/request-set-header",
)

_ASKS = r"Ingress: metadata\.annotations\.haproxy\.org/auth-type"

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (_ASKS, {"haproxy.org/ssl-passthrough": "true"}),
    (_ASKS, {"haproxy.org/ssl-redirect": "false"}),
    (_ASKS, {"haproxy.org/backend-config-snippet": "http-request allow"}),
)
