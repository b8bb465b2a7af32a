"""What decides on authentication where Traefik reads the annotations of ingress-nginx."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/auth-url",
    r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/auth-response-headers",
    r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/auth-tls-secret",
    r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/cors-allow-origin",
    r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/proxy-ssl-(verify|secret)",
    r"Ingress: spec\.tls",
    r"Ingress: spec\.tls\.\d+",
    r"Ingress: spec\.tls\.\d+\.hosts",
    r"Ingress: spec\.tls\.\d+\.hosts\.\d+",
)

_N = "nginx.ingress.kubernetes.io"
_ASKS = r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/auth-url"

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (_ASKS, {f"{_N}/satisfy": "any", f"{_N}/whitelist-source-range": "10.0.0.0/8"}),
    (_ASKS, {f"{_N}/ssl-passthrough": "true"}),
    (_ASKS, {f"{_N}/auth-tls-verify-client": "optional_no_ca", f"{_N}/auth-tls-secret": "shop/ca"}),
    (_ASKS, {f"{_N}/proxy-ssl-verify": "off", f"{_N}/backend-protocol": "HTTPS"}),
)
