"""Annotations of the Ingress and of the asked Service, and what the ConfigMap allows."""

from typing import Any

RELEVANT = (
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/auth-url",
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/auth-headers-succeed",
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/headers",
    r"ConfigMap: data\.cross-namespace-services",
)

_ASKS = r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/auth-url"

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (_ASKS, {"haproxy-ingress.github.io/ssl-passthrough": "true"}),
    (_ASKS, {"haproxy-ingress.github.io/ssl-redirect": "false"}),
    (_ASKS, {"haproxy-ingress.github.io/config-backend": "http-request allow"}),
)
