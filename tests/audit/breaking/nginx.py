"""What decides on authentication in the sound configurations of nginx itself: its lines."""

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
