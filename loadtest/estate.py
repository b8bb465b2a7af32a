"""A cluster's worth of manifests: a thousand applications, each at the door in one of three ways."""

from collections.abc import Iterator
from typing import Final

APPLICATIONS: Final = 1000
OBJECTS: Final = 5 * APPLICATIONS
_GATEWAY: Final = "token-gateway.token-gateway.svc.cluster.local:8443"


def manifests() -> Iterator[str]:
    """Give each object as a YAML document; one application in ten has a mistake."""
    for number in range(APPLICATIONS):
        name, namespace = f"app-{number}", f"team-{number % 40}"
        yield from _workload(name, namespace)
        door = (_ingress, _http_route, _ingress_route)[number % 3]
        yield from door(name, namespace, sound=number % 10 != 0)


# --- private ---


def _workload(name: str, namespace: str) -> Iterator[str]:
    yield f"""apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{app.kubernetes.io/name: {name}, app.kubernetes.io/managed-by: Helm}}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
  - name: http
    port: 80
    targetPort: http
"""
    yield f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {namespace}
spec:
  replicas: 2
  selector:
    matchLabels: {{app.kubernetes.io/name: {name}}}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      containers:
      - name: app
        image: registry.example.com/{name}:1.2.3
        args: [--listen=:8080, --log.level=info]
        env:
        - name: MODE
          value: production
        ports:
        - name: http
          containerPort: 8080
        resources:
          limits: {{cpu: "1", memory: 512Mi}}
          requests: {{cpu: 100m, memory: 128Mi}}
        securityContext:
          runAsNonRoot: true
          readOnlyRootFilesystem: true
          capabilities: {{drop: [ALL]}}
"""
    yield f"""apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
  podSelector:
    matchLabels: {{app.kubernetes.io/name: {name}}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector:
        matchLabels: {{kubernetes.io/metadata.name: ingress}}
    ports:
    - port: http
"""


def _ingress(name: str, namespace: str, *, sound: bool) -> Iterator[str]:
    copied = "Authorization,X-Auth-Subject" if sound else "X-Auth-Subject"
    yield f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: {namespace}
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://{_GATEWAY}/auth/nginx/{name}
    nginx.ingress.kubernetes.io/auth-response-headers: {copied}
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls:
  - hosts: [{name}.example.com]
    secretName: {name}-tls
  rules:
  - host: {name}.example.com
    http:
      paths:
      - path: /v1
        pathType: Prefix
        backend: {{service: {{name: {name}, port: {{number: 80}}}}}}
      - path: /v2
        pathType: Prefix
        backend: {{service: {{name: {name}, port: {{number: 80}}}}}}
"""
    yield _account(name, namespace)


def _http_route(name: str, namespace: str, *, sound: bool) -> Iterator[str]:
    copied = "[authorization, x-auth-subject]" if sound else "[x-auth-subject]"
    yield f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {name}
  namespace: {namespace}
spec:
  parentRefs:
  - name: eg
    namespace: ingress
    sectionName: https
  hostnames: [{name}.example.com]
  rules:
  - matches:
    - path: {{type: PathPrefix, value: /v1}}
    - path: {{type: Exact, value: /v2/items}}
    backendRefs:
    - name: {name}
      port: 80
"""
    yield f"""apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
  targetRefs:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    name: {name}
  extAuth:
    failOpen: false
    timeout: 2s
    http:
      backendRefs:
      - name: token-gateway
        namespace: token-gateway
        port: 8443
      path: /auth/envoy/{name}
      headersToBackend: {copied}
"""


def _ingress_route(name: str, namespace: str, *, sound: bool) -> Iterator[str]:
    copied = "[Authorization, X-Auth-Subject]" if sound else "[X-Auth-Subject]"
    yield f"""apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: {name}
  namespace: {namespace}
spec:
  entryPoints: [websecure]
  routes:
  - kind: Rule
    match: Host(`{name}.example.com`) && (PathPrefix(`/v1`) || PathPrefix(`/v2`))
    middlewares:
    - name: {name}-auth
    services:
    - name: {name}
      port: 80
  tls:
    secretName: {name}-tls
"""
    yield f"""apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata:
  name: {name}-auth
  namespace: {namespace}
spec:
  forwardAuth:
    address: https://{_GATEWAY}/auth/traefik/{name}
    trustForwardHeader: false
    authResponseHeaders: {copied}
    maxResponseBodySize: 65536
    tls:
      caSecret: token-gateway-ca
"""


def _account(name: str, namespace: str) -> str:
    return f"""apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {namespace}
automountServiceAccountToken: false
"""
