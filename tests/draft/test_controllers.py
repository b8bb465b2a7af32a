"""Which controller a class and annotations show."""

import pytest

from gateway.dialects.snippets import SNIPPETS
from gateway.draft import controllers
from gateway.draft.controllers import classes_of, target_of
from gateway.draft.manifests import read_manifests
from gateway.draft.rule import Found
from tests.draft.manifests import stream


@pytest.mark.parametrize(
    ("name", "annotation", "target"),
    [
        ("nginx", "", "ingress-nginx"),
        ("nginx-internal", "", "ingress-nginx"),
        ("nginx", "nginx.org/rewrites", "f5-nic"),
        ("", "nginx.ingress.kubernetes.io/auth-url", "ingress-nginx"),
        ("traefik", "nginx.ingress.kubernetes.io/auth-url", "traefik-middleware"),
        ("haproxy", "", "haproxy"),
        ("contour", "", "contour"),
        ("alb", "", None),
        ("", "", None),
    ],
)
def test_names(name: str, annotation: str, target: str | None) -> None:
    assert target_of(name, {annotation: ""}, {}) == target


def test_an_ingress_class_says_more_than_its_name() -> None:
    one = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "nginx"},
        "spec": {"controller": "nginx.org/ingress-controller"},
    }
    classes = classes_of(read_manifests(stream(one), "x", Found()))
    assert target_of("nginx", {}, classes) == "f5-nic"
    assert target_of("nginx", {}, {"nginx": "somebody.else/controller"}) is None


def test_every_target_has_a_snippet() -> None:
    named = {target for _, target in controllers._WORDS} | set(controllers._CONTROLLERS.values())
    assert named <= SNIPPETS.keys()
