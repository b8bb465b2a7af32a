"""Objects of Traefik, written short."""

from collections.abc import Sequence

ASK = (
    "forwardAuth: {address: 'https://token-gateway.token-gateway.svc:8443/auth/traefik/orders', "
    "trustForwardHeader: false, maxResponseBodySize: 65536, "
    "authResponseHeaders: [Authorization, X-Auth-Subject]}"
)


def object(kind: str, name: str, spec: str, *, namespace: str = "shop", annotations: str = "{}") -> str:  # noqa: A001
    return (
        f"{{apiVersion: traefik.io/v1alpha1, kind: {kind}, "
        f"metadata: {{name: {name}, namespace: {namespace}, annotations: {annotations}}}, spec: {spec}}}"
    )


def middleware(name: str, spec: str, *, namespace: str = "shop") -> str:
    return object("Middleware", name, f"{{{spec}}}", namespace=namespace)


def chain(name: str, *named: str) -> str:
    return middleware(name, f"chain: {{middlewares: [{_names(named)}]}}")


def route(
    *,
    rule: str = "Host(`api.example.com`)",
    middlewares: Sequence[str] = (),
    entry_points: str = "[]",
    tls: str = "null",
    services: str = "[{name: orders, port: 80}]",
    more: str = "kind: Rule",
    annotations: str = "{}",
    name: str = "orders",
) -> str:
    routes = f"[{{match: '{rule}', middlewares: [{_names(middlewares)}], services: {services}, {more}}}]"
    spec = f"{{entryPoints: {entry_points}, tls: {tls}, routes: {routes}}}"
    return object("IngressRoute", name, spec, annotations=annotations)


def tcp(rule: str, *, tls: str = "null") -> str:
    spec = f"{{tls: {tls}, routes: [{{match: '{rule}', services: [{{name: db, port: 5432}}]}}]}}"
    return object("IngressRouteTCP", "db", spec)


def _names(these: Sequence[str]) -> str:
    return ", ".join(f"{{name: '{one}'}}" for one in these)
