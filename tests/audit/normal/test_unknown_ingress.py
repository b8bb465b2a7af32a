from gateway.audit.controller import Controller
from gateway.audit.coverage import State, coverage_of
from tests.audit.showing import exposures, found

CLASS = (
    "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: foo}, spec: {controller: %s}}"
)
ASKED = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/auth-url: "http://token-gateway.auth.svc:4180/auth/nginx/orders"}
spec:
  ingressClassName: foo
  rules:
    - host: api.example.com
      http:
        paths: [{path: /, pathType: Prefix, backend: {service: {name: orders, port: {number: 80}}}}]
"""


def test_annotations_protect_nothing_at_a_controller_that_nobody_knows() -> None:
    (one,) = exposures(CLASS % "example.com/other", ASKED)
    assert one.controller is Controller.UNKNOWN
    assert not one.is_protected
    (covered,) = coverage_of([one]).hosts["api.example.com"]
    assert covered.state is State.CANNOT_TELL
    assert "COV-015" in found(CLASS % "example.com/other", ASKED)


def test_ingress_nginx_may_have_a_name_of_its_own() -> None:
    (one,) = exposures(CLASS % "k8s.io/internal-ingress-nginx", ASKED)
    assert one.controller is Controller.INGRESS_NGINX
