"""What decides on authentication in the sound configurations of ingress-nginx."""

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
    r"ConfigMap: data\.global-auth-(url|response-headers)",
)

_N = "nginx.ingress.kubernetes.io"
_ASKS = r"Ingress: metadata\.annotations\.nginx\.ingress\.kubernetes\.io/auth-url"

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (_ASKS, {f"{_N}/satisfy": "any", f"{_N}/whitelist-source-range": "10.0.0.0/8"}),
    (_ASKS, {f"{_N}/ssl-passthrough": "true"}),
    (_ASKS, {f"{_N}/auth-snippet": "proxy_set_header X-A b;"}),
    (_ASKS, {f"{_N}/configuration-snippet": "auth_request off;"}),
    (_ASKS, {f"{_N}/server-snippet": "location /x { proxy_pass http://y; }"}),
    (_ASKS, {f"{_N}/auth-cache-key": "$remote_addr"}),
    (_ASKS, {f"{_N}/auth-tls-verify-client": "optional_no_ca", f"{_N}/auth-tls-secret": "shop/ca"}),
    (_ASKS, {f"{_N}/proxy-ssl-verify": "off", f"{_N}/backend-protocol": "HTTPS"}),
    (_ASKS, {f"{_N}/ssl-redirect": "false", f"{_N}/force-ssl-redirect": "false"}),
    (r"ConfigMap: data\.global-auth-url", {"no-auth-locations": "/"}),
)
