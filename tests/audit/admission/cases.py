"""Which objects does each policy refuse, and which ones does it let be?"""

from typing import Any

import yaml

Json = dict[str, Any]

ASKED = "https://gateway.example.com/auth/nginx/orders"
COPIED = "Authorization, X-Auth-Subject"
ANNOTATIONS = "nginx.ingress.kubernetes.io/"


def ingress(**annotations: str) -> Json:
    """An Ingress in the namespace `shop`; `_` stands for `-`."""
    named = {f"{ANNOTATIONS}{name.replace('_', '-')}": value for name, value in annotations.items()}
    backend = {"service": {"name": "orders", "port": {"number": 80}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "orders", "namespace": "shop", **({"annotations": named} if named else {})},
        "spec": {"defaultBackend": backend},
    }


def middleware(**auth: Any) -> Json:
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "Middleware",
        "metadata": {"name": "auth", "namespace": "shop"},
        "spec": {"forwardAuth": {"address": ASKED, **auth}}
        if auth
        else {"stripPrefix": {"prefixes": ["/v1"]}},
    }


def route(**http: Any) -> Json:
    asked: Json = {"protocol": "HTTP", "backendRef": {"name": "token-gateway", "port": 4180}, "http": http}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {
            "parentRefs": [{"name": "edge"}],
            "rules": [{"filters": [{"type": "ExternalAuth", "externalAuth": asked}]}],
        },
    }


def security_policy(**auth: Any) -> Json:
    asked = {"http": {"backendRefs": [{"name": "token-gateway", "port": 4180}]}, **auth}
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "orders"}
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {"targetRefs": [target], "extAuth": asked},
    }


def http_proxy(**authorization: Any) -> Json:
    asked = {"extensionRef": {"name": "token-gateway", "namespace": "token-gateway"}, **authorization}
    host = {"fqdn": "api.example.com", "tls": {"secretName": "api"}, "authorization": asked}
    return {
        "apiVersion": "projectcontour.io/v1",
        "kind": "HTTPProxy",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {"virtualhost": host, "routes": [{"services": [{"name": "orders", "port": 80}]}]},
    }


def mesh(*, fails_open: bool) -> Json:
    asked: Json = {"service": "token-gateway.token-gateway.svc.cluster.local", "port": 4180}
    provider = {"name": "orders", "envoyExtAuthzHttp": {**asked, "failOpen": fails_open}}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": yaml.dump({"extensionProviders": [provider]}, Dumper=yaml.CSafeDumper)},
    }


def secret(kind: str) -> Json:
    metadata: Json = {"name": "orders", "namespace": "shop"}
    if kind.startswith("kubernetes.io/"):
        metadata["annotations"] = {"kubernetes.io/service-account.name": "orders"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind}


REFUSED: dict[str, list[Json]] = {
    "NGX-003": [
        ingress(auth_url="http://gateway.other.svc:4180/auth/nginx/orders", auth_response_headers=COPIED),
        ingress(auth_url="HTTP://gateway.example.com/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://gateway/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://gateway.shop/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://shop.example.com/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://$host/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://gateway.shop.example.com/auth", auth_response_headers=COPIED),
        ingress(auth_url="http://gateway.shop.svc:80@other.example.com/", auth_response_headers=COPIED),
    ],
    "NGX-006": [
        ingress(auth_url=ASKED),
        ingress(auth_url=ASKED, auth_response_headers=""),
        ingress(auth_url=ASKED, auth_response_headers="X-Authorization,X-Auth-Subject"),
    ],
    "NGX-008": [
        ingress(auth_url=ASKED, auth_response_headers=COPIED, auth_cache_key="$remote_addr"),
        ingress(auth_url=ASKED, auth_response_headers=COPIED, auth_cache_key="$cookie_session"),
        ingress(auth_url=ASKED, auth_response_headers=COPIED, auth_cache_key="http_authorization"),
        ingress(auth_url=ASKED, auth_response_headers=COPIED, auth_cache_key="$http_authorization_time"),
    ],
    "NGX-011": [
        ingress(**{name: "more_set_headers X-Frame-Options;"})
        for name in (
            *("auth_snippet", "configuration_snippet", "modsecurity_snippet"),
            *("server_snippet", "stream_snippet"),
        )
    ],
    "NGX-017": [
        ingress(auth_url=ASKED, auth_response_headers=COPIED, mirror_target="https://copy.example.com")
    ],
    "NGX-027": [
        ingress(auth_url=ASKED, auth_response_headers=COPIED, ssl_passthrough="true"),
        ingress(auth_type="basic", auth_secret="people", ssl_passthrough="true"),
    ],
    "TRF-003": [
        middleware(authResponseHeaders=["X-Auth-Subject"]),
        middleware(trustForwardHeader=False),
        middleware(authResponseHeadersRegex="^X-"),
        middleware(authResponseHeadersRegex=""),
    ],
    "ENV-001": [security_policy(failOpen=True), http_proxy(failOpen=True), mesh(fails_open=True)],
    "GWA-003": [route(), route(allowedResponseHeaders=[]), route(path="/auth/envoy/orders")],
    "SAT-001": [secret("kubernetes.io/service-account-token")],
}

ADMITTED: list[Json] = [
    ingress(),
    ingress(auth_url=ASKED, auth_response_headers=COPIED),
    ingress(auth_url=ASKED, auth_response_headers="x-auth-subject,AUTHORIZATION", ssl_passthrough="false"),
    ingress(auth_url="http://gateway.shop.svc:4180/auth", auth_response_headers=COPIED),
    ingress(auth_url="http://gateway.shop.svc.cluster.local/auth", auth_response_headers=COPIED),
    ingress(auth_url="http://user@gateway.shop.svc/auth", auth_response_headers=COPIED),
    ingress(auth_url="http://127.0.0.1:4180/auth", auth_response_headers=COPIED),
    ingress(auth_cache_key="$remote_addr"),
    ingress(
        auth_url="https://sign-in.example.com/verify",
        auth_response_headers=COPIED,
        auth_cache_key="$cookie_session$request_uri",
    ),
    ingress(auth_url=ASKED, auth_response_headers=COPIED, auth_cache_key="$http_authorization$request_uri"),
    ingress(mirror_target="https://copy.example.com"),
    ingress(ssl_passthrough="true"),
    middleware(),
    middleware(authResponseHeaders=["authorization"]),
    middleware(authResponseHeadersRegex="^(Authorization|X-Auth-.*)$"),
    security_policy(),
    security_policy(failOpen=False),
    http_proxy(),
    mesh(fails_open=False),
    {**mesh(fails_open=True), "data": {"other": "failOpen: true"}},
    route(allowedResponseHeaders=["Authorization"]),
    secret("Opaque"),
]
