"""Lines of a Caddyfile: who asks, what is copied, what is logged."""

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
