from tests.audit.normal.shown import lines
from tests.audit.normal.test_contour import EVERYWHERE

INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop, annotations: {}}
spec:
  ingressClassName: contour
  rules: [{host: a.b, http: {paths: [{path: /x, pathType: Prefix, backend: {service: {name: b}}}]}}]
"""
SECURE = INGRESS.replace("  rules", "  tls: [{hosts: [a.b]}]\n  rules")
REDIRECTS = 'annotations: {ingress.kubernetes.io/force-ssl-redirect: "true"}'


def test_whoever_is_asked_about_every_host_is_asked_in_the_clear_alone() -> None:
    off = EVERYWHERE.replace("authPolicy: {", "authPolicy: {disabled: true, ")
    cases = [
        ([INGRESS], ["none open -> b: yes"]),
        ([SECURE], ["optional open -> b: yes"]),
        ([SECURE.replace("annotations: {}", REDIRECTS)], ["only open -> b: yes"]),
        ([EVERYWHERE, INGRESS], ["none external -> b: no"]),
        ([off, INGRESS], ["none external -> b: no"]),
        ([EVERYWHERE, SECURE], ["only open -> b: yes", "none external -> b: no"]),
        ([EVERYWHERE, SECURE.replace("annotations: {}", REDIRECTS)], ["only open -> b: yes"]),
        (
            [SECURE.replace("annotations: {}", 'annotations: {kubernetes.io/ingress.allow-http: "false"}')],
            ["only open -> b: yes"],
        ),
    ]
    found = [[one.removeprefix("a.b/x/** ") for one in lines(*given)] for given, _ in cases]
    assert found == [wanted for _, wanted in cases]


def test_how_a_path_is_compared() -> None:
    def path(path: str, kind: str) -> str:
        (one,) = lines(INGRESS.replace("path: /x, pathType: Prefix", f"path: '{path}', pathType: {kind}"))
        return one.removeprefix("a.b").partition(" none")[0]

    assert path("/x", "Exact") == "= /x"
    assert path("/x", "Prefix") == "/x/**"
    assert path("/x", "ImplementationSpecific") == "/x*"
    assert path("/x[0-9]+", "ImplementationSpecific") == "~ /x[0-9]+"
