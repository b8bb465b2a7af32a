"""What the manifests share: where the gateway is, and who may ask."""

import pytest
import yaml

from gateway.dialects.snippets import manifests
from gateway.dialects.snippets.manifests import Service
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        (Settings().gateway, Service("token-gateway-grpc", "token-gateway", 4181, tls=True)),
        ("http://tg.edge", Service("tg", "edge", 4181, tls=False)),
        ("http://tg.edge.svc.cluster.local:81", Service("tg", "edge", 81, tls=False)),
        ("https://tg.edge.svc", Service("tg", "edge", 4181, tls=True)),
    ],
)
def test_the_gateway_is_a_service(gateway: str, expected: Service) -> None:
    assert manifests.service(Settings(gateway=gateway)) == expected
    assert (manifests.verification(expected) == []) is not expected.tls


def test_over_tls_its_name_is_verified() -> None:
    asked = Service("tg", "edge", 4181, tls=True)
    (policy,) = manifests.verification(asked)
    assert policy["metadata"] == {"name": "tg", "namespace": "edge"}
    assert policy["spec"]["validation"]["hostname"] == asked.host == "tg.edge.svc"
    assert "in the clear" in manifests.on_the_wire(asked._replace(tls=False), "configmap")


def test_the_command_puts_the_charts_authority_where_it_is_looked_for() -> None:
    asked = Service("tg-grpc", "edge", 4181, tls=True)
    said = manifests.on_the_wire(asked, "configmap")
    assert "of\n#   the ConfigMap token-gateway-ca in the namespace edge" in said
    assert "kubectl get secret tg-certificate -n edge " in said
    assert "kubectl create configmap token-gateway-ca -n edge " in said
    elsewhere = manifests.on_the_wire(asked, "secret generic", "istio-system")
    assert "the Secret token-gateway-ca in the namespace istio-system" in elsewhere
    assert "kubectl create secret generic token-gateway-ca -n istio-system " in elsewhere


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("https://tg.edge.svc:4180", Service("tg", "edge", 4180, tls=True)),
        ("http://tg.edge.svc.cluster.local", Service("tg", "edge", 80, tls=False)),
        ("https://gateway.example.com", None),
        ("https://10.0.0.1:4180", None),
        ("https://tg.edge:4180", None),
    ],
)
def test_over_http_it_may_be_a_service(gateway: str, expected: Service | None) -> None:
    assert manifests.in_a_service(Settings(gateway=gateway)) == expected
    assert (manifests.copying("configmap", "apps", expected) != "") is (expected is not None and expected.tls)


def test_without_an_address_it_is_the_charts_service_over_tls() -> None:
    asked = manifests.in_a_service(manifests.in_cluster(Settings()))
    assert asked == Service("token-gateway", "token-gateway", 4180, tls=True)


@pytest.mark.parametrize("gateway", ["https://tg:4181", "http://tg:4181", "http://10.0.0.1:4181"])
def test_an_address_that_is_no_service_is_refused(gateway: str) -> None:
    with pytest.raises(SnippetImpossible, match=r"SERVICE\.NAMESPACE"):
        manifests.service(Settings(gateway=gateway))


def test_a_caller_shows_what_the_controller_can() -> None:
    for says in (True, False):
        manifests.check_callers(p.PLAIN, "X", says=says)
    manifests.check_callers(p.SECRET, "X", says=True)
    with pytest.raises(SnippetImpossible, match="network_alone"):
        manifests.check_callers(p.SECRET, "X", says=False)
    with pytest.raises(SnippetImpossible, match="Name a secret"):
        manifests.check_callers(p.CERTIFICATE, "X", says=True)
    manifests.check_callers(p.CERTIFICATE, "X", says=False, shows=True)
    with pytest.raises(SnippetImpossible, match="network_alone"):
        manifests.check_callers(p.SECRET, "X", says=False, shows=True)


def test_what_is_written_is_read_back() -> None:
    text = manifests.written("# head\n", {"a": 1}, {"b": ["* c", "on"]})
    assert text.startswith("# head\n---\n")
    assert list(yaml.load_all(text, yaml.CSafeLoader)) == [{"a": 1}, {"b": ["* c", "on"]}]
