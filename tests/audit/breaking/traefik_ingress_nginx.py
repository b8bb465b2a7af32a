"""What decides on authentication where Traefik reads the annotations of ingress-nginx."""

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
