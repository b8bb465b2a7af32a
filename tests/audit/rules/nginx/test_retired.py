"""Controllers without fixes."""

from tests.audit.nginx_texts import TRAEFIK, controller
from tests.audit.rules.nginx.judging import objects, said

IMAGE = "registry.k8s.io/ingress-nginx/controller"
CLASS = """apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
"""


def test_ngx_001_the_class_or_the_workload() -> None:
    assert said("NGX-001", CLASS) == [("high", "spec.controller")]
    assert said("NGX-001", controller(f"{IMAGE}:v1.15.1"))[0][0] == "high"
    assert not objects("NGX-001", CLASS.replace("k8s.io/ingress-nginx", "traefik.io/ingress-controller"))
    assert not objects("NGX-001", TRAEFIK, CLASS), "Traefik serves a class of that name"
    assert not objects("NGX-001", controller("traefik:v3.7.13"))


def test_ngx_002_versions_with_known_holes() -> None:
    for tag, old in {
        "v1.11.3": True,
        "v1.13.8": True,
        "v1.13.9": False,
        "v1.14.4": True,
        "v1.14.5": False,
        "v1.15.0": True,
        "v1.15.1": False,
        "v1.16.0": False,
        "1.9.6@sha256:abc": True,
        "latest": False,
    }.items():
        assert objects("NGX-002", controller(f"{IMAGE}:{tag}")) is old, tag
