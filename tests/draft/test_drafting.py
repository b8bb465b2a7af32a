"""Which kinds are read, and what is said of others."""

import pytest

from tests.draft.manifests import drafted, http_route, ingress, ingress_route, opened


def test_all_three_kinds_in_one_stream() -> None:
    made = drafted(
        ingress(("Exact", "/a", "one"), host="a.example.com"),
        http_route({"path": {"type": "Exact", "value": "/b"}}, host="b.example.com"),
        ingress_route("Host(`c.example.com`) && Path(`/c`)"),
    )
    assert opened(made).keys() == {"a.example.com", "b.example.com", "c.example.com"}
    assert {one.targets for one in made.policies} == {
        ("ingress-nginx",),
        ("gateway-api",),
        ("traefik-middleware",),
    }


@pytest.mark.parametrize(
    ("version", "kind", "routes"),
    [
        ("extensions/v1beta1", "Ingress", True),
        ("gateway.networking.k8s.io/v1", "GRPCRoute", True),
        ("gateway.networking.k8s.io/v1alpha2", "TLSRoute", True),
        ("v1", "Service", False),
        ("example.com/v1", "Thing\u202e", False),
        ("", "", True),
    ],
)
def test_others_are_passed_over_and_said(version: str, kind: str, *, routes: bool) -> None:
    made = drafted({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}})
    assert made.policies == ()
    assert (len(made.left_out), len(made.remarks)) == (routes, not routes)
    assert str((*made.left_out, *made.remarks)[0]).isprintable()


@pytest.mark.parametrize(
    "spec", ["text", ["list"], {"rules": "x"}, {"rules": [{"host": 1}]}, {"rules": [{"http": []}]}]
)
def test_an_object_with_a_field_of_another_type_is_left_out_whole(spec: object) -> None:
    broken = ingress(("Exact", "/a", "one"))
    broken["spec"] = spec
    made = drafted(broken, ingress(("Exact", "/b", "two")))
    assert opened(made) == {"api.example.com": {"GET,HEAD /b -> two"}}
    assert len(made.left_out) == 1


def test_one_controller_for_all() -> None:
    made = drafted(http_route(), controller="envoy-gateway")
    assert made.policies[0].targets == ("envoy-gateway",)
