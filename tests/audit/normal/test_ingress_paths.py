"""An Ingress gives its paths as they are written."""

from gateway.audit.exposure import Backend
from gateway.audit.normal.ingress_paths import paths_of
from tests.audit.showing import estate_of

INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: orders, namespace: shop}
spec:
  tls: [{hosts: ["*.example.com"], secretName: tls}]
  defaultBackend: {service: {name: rest, port: {name: web}}}
  rules:
  - host: API.example.com
    http:
      paths:
      - {path: /v1, pathType: Prefix, backend: {service: {name: orders, port: {number: 80}}}}
      - {backend: {resource: {kind: Bucket, name: b}}}
  - http: {paths: [{path: /x, pathType: Exact, backend: {service: {name: orders, port: {number: 80}}}}]}
"""


def test_paths_hosts_and_services() -> None:
    (ingress,) = estate_of(INGRESS).of("Ingress")
    found = [(one.host, one.path, one.path_type, one.backend, one.has_tls) for one in paths_of(ingress)]
    orders = Backend("shop", "orders", "80")
    assert found == [
        ("api.example.com", "/v1", "Prefix", orders, True),
        ("api.example.com", "/", "ImplementationSpecific", None, True),
        ("", "/x", "Exact", orders, False),
        ("", "/", "Prefix", Backend("shop", "rest", "web"), True),
    ]
