"""Exposures as short lines, for tests of what is read of a controller's objects."""

from gateway.audit.exposure import Exposure, Fails
from tests.audit.showing import exposures


def line(one: Exposure) -> str:
    """As `api.example.com/orders/** only external fails-open -> orders: no`."""
    auth = "open" if one.auth is None else one.auth.mechanism.value
    fails = " fails-open" if one.auth is not None and one.auth.fails is Fails.OPEN else ""
    to = ",".join(backend.name for backend in one.backends) or "nowhere"
    return f"{one.host}{one.path} {one.tls.value} {auth}{fails} -> {to}: {one.token.reaches.value}"


def lines(*texts: str, file: str = "given.yaml") -> list[str]:
    return [line(one) for one in exposures(*texts, file=file)]


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: CLASS
  listeners:
    - {name: http, protocol: HTTP, port: 80, hostname: api.example.com}
    - {name: https, protocol: HTTPS, port: 443, hostname: api.example.com}
"""


def gateway(class_name: str) -> str:
    return GATEWAY.replace("CLASS", class_name)


def route(rules: str, *, name: str = "r", section: str = "https", kind: str = "HTTPRoute") -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
spec: {{parentRefs: [{{name: public, sectionName: {section}}}], rules: [{rules}]}}
"""


def policy(kind: str, group: str, spec: str, *, name: str = "p", version: str = "v1alpha1") -> str:
    head = f"apiVersion: {group}/{version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}"
    return f"{head}\nspec: {spec}\n"


TO = "backendRefs: [{name: b, port: 80}]"
"""Where every route of these tests leads."""
