"""The rule that Traefik makes of a path of an Ingress."""

from gateway.audit.normal.traefik.ingress import ingress_routers
from tests.audit.showing import estate_of

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: a
  namespace: shop
  annotations: {notes}
spec:
  ingressClassName: traefik
  rules:
  - host: {host}
    http:
      paths:
      - {{path: {path}, pathType: {kind}, backend: {{service: {{name: s, port: {{number: 80}}}}}}}}
"""
NOTES = "{traefik.ingress.kubernetes.io/router.pathmatcher: PathRegexp}"


def test_rules() -> None:
    cases = {
        ("a.example", "/v1", "Prefix", "{}"): 'Host("a.example") && PathPrefix("/v1")',
        ("'*.example'", "/v1", "Exact", "{}"): 'Host("*.example") && Path("/v1")',
        ("null", "/", "Prefix", "{}"): 'PathPrefix("/")',
        ("a.example", "/v1", "ImplementationSpecific", NOTES): 'Host("a.example") && PathRegexp("/v1")',
        ("a.example", "/v1", "Prefix", NOTES): 'Host("a.example") && PathPrefix("/v1")',
    }
    found = {}
    for case in cases:
        host, path, kind, notes = case
        text = INGRESS.format(host=host, path=path, kind=kind, notes=notes)
        (router,) = ingress_routers(estate_of(text))
        found[case] = router.rule
        assert router.priority == len(router.rule)
    assert found == cases


def test_the_ingress_of_another_controller_is_none_of_these() -> None:
    text = INGRESS.format(host="a", path="/", kind="Exact", notes="{}").replace(": traefik", ": nginx")
    assert list(ingress_routers(estate_of(text))) == []
