"""A VirtualServer and a Policy of F5's ingress controller."""

REPLACED = (
    "    location-snippets: |\n"
    "      auth_request_set $tg $upstream_http_authorization;\n"
    "      proxy_set_header Authorization $tg;\n"
)
TOLD = (
    "    authSnippets: |\n"
    "      proxy_set_header X-Original-URL $scheme://$host$request_uri;\n"
    "      proxy_set_header X-Original-Method $request_method;\n"
)
SECURE = "    sslEnabled: true\n    sslVerify: true\n    trustedCertSecret: ca\n"


def policy(body: str, name: str = "asks", namespace: str = "shop") -> str:
    head = "---\napiVersion: k8s.nginx.org/v1\nkind: Policy\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec:\n{body}"


def external(
    more: str = SECURE + TOLD, service: str = "gw/token-gateway", uri: str = "/auth/nginx/orders"
) -> str:
    return policy(
        f"  externalAuth:\n    authURI: {uri}\n    authServiceName: {service}\n"
        f"    authServicePorts: [8443]\n{more}"
    )


def server(routes: str = "", *, more: str = "", tls: str = "{secret: api, redirect: {enable: true}}") -> str:
    return f"""---
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {{name: api, namespace: shop}}
spec:
  ingressClassName: nginx
  host: API.example.com
  tls: {tls}
{more}  upstreams: [{{name: up, service: orders, port: 80}}]
  routes:
{routes or route()}"""


def route(path: str = "/", more: str = "", action: str = "{pass: up}") -> str:
    return f"  - path: {path}\n    action: {action}\n{more}"


ASKED = "  policies: [{name: asks}]\n"
ASKED_HERE = "    policies: [{name: asks}]\n"
