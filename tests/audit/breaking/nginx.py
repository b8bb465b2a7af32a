"""What decides on authentication in the sound configurations of nginx itself: its lines."""

from typing import Any

RELEVANT: tuple[str, ...] = (
    r"^ *auth_request ",
    r"^ *auth_request_set \$\w+ \$upstream_http_(authorization|x_auth_)",
    r"^ *auth_jwt ",
    r"^ *proxy_set_header (Authorization|X-Auth-(Subject|Issuer|Client|Scopes)) ",
    r"^ *proxy_set_header X-Original-(URL|Method) ",
    r"^ *internal;",
    r"^ *proxy_pass https?://[\w.:]+/auth/",
    r"^ *proxy_ssl_(verify|trusted_certificate) ",
    r"^ *location .*\{",
    r"^ *listen .*ssl;",
    r"^ *ssl_certificate ",
    r"^ *(access_log|log_format) ",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"^( *)auth_request /.*;", r"\g<0> satisfy any; allow 10.0.0.0/8; deny all;"),
    (r"^( *)auth_request /.*;", r"\1auth_request off;"),
    (r"^( *)proxy_ssl_verify on;", r"\1proxy_ssl_verify off;"),
    (r"^( *)auth_jwt .*;", r"\1auth_jwt off;"),
    (r"^( *)internal;", r"\1internal; proxy_cache c; proxy_cache_valid 200 1h;"),
    (r"^( *)ssl_certificate .*;", r"\g<0> underscores_in_headers on;"),
)
