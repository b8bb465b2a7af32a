"""Texts of ingress-nginx, of Traefik with its annotations, and of nginx, to be changed in one place."""

from typing import Any, Final

import yaml

PREFIX: Final = "nginx.ingress.kubernetes.io/"
URL: Final = "https://token-gateway.token-gateway.svc:4181/auth/nginx/orders"
HEADERS: Final = "Authorization,X-Auth-Subject,X-Auth-Issuer,X-Auth-Client,X-Auth-Scopes"
ASKS: Final = {"auth-url": URL, "auth-response-headers": HEADERS}
TRAEFIK: Final = "providers: {kubernetesIngressNGINX: {}}\n"
"""Its static configuration: the same Ingresses are then read by Traefik."""
PLAIN: Final = "log_format plain '$remote_addr $request_method $uri $status';\naccess_log /x plain;\n"


def ingress(
    annotations: dict[str, str | None] | None = None,
    *,
    name: str = "orders",
    host: str | None = "api.example.com",
    path: str = "/v1",
    path_type: str = "Prefix",
    service: str = "orders",
    spec: dict[str, Any] | None = None,
    public: str | None = None,
) -> str:
    """One that asks our gateway, with these annotations besides; None takes one away."""
    named = {
        PREFIX + key: value for key, value in {**ASKS, **(annotations or {})}.items() if value is not None
    }
    if public is not None:
        named["token-gateway.dev/public"] = public
    backend = {"service": {"name": service, "port": {"number": 80}}}
    rule: dict[str, Any] = {"http": {"paths": [{"path": path, "pathType": path_type, "backend": backend}]}}
    if host is not None:
        rule = {"host": host, **rule}
    written = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": "shop", "annotations": named},
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": [host] if host else [], "secretName": "tls"}],
            "rules": [rule],
            **(spec or {}),
        },
    }
    return yaml.dump(written, Dumper=yaml.CSafeDumper, sort_keys=False)


OPEN: Final[dict[str, str | None]] = {"auth-url": None, "auth-response-headers": None}
"""Nobody is asked."""


def config_map(data: dict[str, str] | None = None, *, name: str = "ingress-nginx-controller") -> str:
    """Of the controller; sound with these keys."""
    safe = {"log-format-upstream": "$remote_addr $request_method $uri $status"}
    return yaml.dump(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": "ingress-nginx"},
            "data": {**safe, **(data or {})},
        },
        Dumper=yaml.CSafeDumper,
    )


def controller(image: str, *arguments: str) -> str:
    """A workload."""
    container = {"name": "controller", "image": image, "args": list(arguments)}
    return yaml.dump(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "controller", "namespace": "ingress-nginx"},
            "spec": {"template": {"spec": {"containers": [container]}}},
        },
        Dumper=yaml.CSafeDumper,
    )


def server(
    location: str = "", *, asked: str = "", around: str = "", http: str = PLAIN, set_headers: bool = True
) -> str:
    """One of nginx.conf that is sound with these lines."""
    names = ("authorization", "x_auth_subject", "x_auth_issuer", "x_auth_client", "x_auth_scopes")
    lines = "".join(
        f"auth_request_set ${one} $upstream_http_{one};\nproxy_set_header {one.replace('_', '-')} ${one};\n"
        for one in names
    )
    return f"""{http}
server {{
    listen 443 ssl;
    server_name api.example.com;
    ssl_certificate /x.crt;
    ssl_certificate_key /x.key;
    {around}
    location / {{
        auth_request /_asked;
        {lines if set_headers else ""}
        {location}
        proxy_pass http://127.0.0.1:8080;
    }}
    location = /_asked {{
        internal;
        proxy_pass http://127.0.0.1:4180/auth/nginx/orders;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        {asked}
    }}
}}
"""


def documents(*texts: str) -> str:
    """One stream of several."""
    return "---\n".join(texts)
