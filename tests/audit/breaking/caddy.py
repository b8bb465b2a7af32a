"""Lines of a Caddyfile: who asks, what is copied, what is logged."""

from typing import Any

RELEVANT = (
    r"^\s+forward_auth ",
    r"^\s+import asked ",
    r"^\s+uri /auth/",
    r"^\s+rewrite /auth/",
    r"^\s+header_up X-Forwarded-",
    r"^\s+copy_headers ",
    r"^\s+@permit status 200",
    r"^\s+handle_response",
    r"^\s+request_header -Authorization",
    r"^\s+copy_response",
    r"^\s+response_header_timeout ",
    r"^\s+request>(uri|headers) ",
)

BREAKS_WHEN_SET: tuple[tuple[str, Any], ...] = (
    (r"^(\s+)@permit status 200", r"\1@permit status 200 401"),
    (r"^(\s+)forward_auth (?=http)", r"\1forward_auth /api/* "),
    (r"^(\s+)header_up X-Forwarded-Method.*", r"\1header_up X-Forwarded-Method GET"),
)
