"""Would the API server take the manifests that are printed, as they are printed?"""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from gateway.dialects.snippets.logs import LOGS
from tests.dialects.snippets import policies as p
from tests.wire.custom_resources import faults

pytestmark = pytest.mark.wire

OTHERS_OWN = {"IstioOperator"}
"""No resource of a cluster: what `istioctl install` and the chart read."""
UNDEFINED = {"GatewayExtension", "TrafficPolicy", "ListenerPolicy", "SnippetsFilter", "NginxProxy"}
"""Of kgateway and NGINX Gateway Fabric: no registry that the bootstrap asks has their definitions."""


IN_CLEAR = Settings(gateway="http://token-gateway-grpc.token-gateway.svc:4181")
OVER_TLS = Settings(gateway="https://token-gateway.token-gateway.svc:4181")


def manifests(target: str, policy: Policy, settings: Settings | None = None) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(SNIPPETS[target](policy, settings or Settings())) if one]


@pytest.mark.parametrize(
    "target", ["envoy-gateway", "gateway-api", "istio", "contour", "kgateway", "nginx-gateway-fabric"]
)
@pytest.mark.parametrize("name", p.ALL)
def test_each_is_what_its_definition_asks_for(target: str, name: str) -> None:
    policy = (p.BY_NETWORK if target in {"gateway-api", "istio"} else p.ALL)[name]
    found = manifests(target, policy)
    assert found
    checked = [one for one in found if one["kind"] not in OTHERS_OWN | UNDEFINED]
    assert checked
    assert [fault for one in checked for fault in faults(one)] == []


@pytest.mark.parametrize(
    ("target", "by"),
    [
        ("envoy-gateway", "BackendTLSPolicy"),
        ("gateway-api", "BackendTLSPolicy"),
        ("istio", "DestinationRule"),
        ("contour", "ExtensionService"),
        ("kgateway", "BackendTLSPolicy"),
    ],
)
def test_over_tls_the_gateway_is_verified_as_its_definition_asks_for(target: str, by: str) -> None:
    found = {one["kind"]: one for one in manifests(target, p.PLAIN, OVER_TLS)}
    assert "token-gateway.token-gateway.svc" in str(found[by]["spec"])
    checked = [one for kind, one in found.items() if kind not in OTHERS_OWN | UNDEFINED]
    assert [fault for one in checked for fault in faults(one)] == []


def test_a_certificate_is_shown_where_the_mesh_can() -> None:
    rule = manifests("istio", p.CERTIFICATE, OVER_TLS)[-1]
    assert rule["spec"]["trafficPolicy"]["tls"]["mode"] == "MUTUAL"
    assert faults(rule) == []
    assert manifests("istio", p.CERTIFICATE)[-1]["spec"]["trafficPolicy"]["tls"]["mode"] == "MUTUAL"
    with pytest.raises(SnippetImpossible):
        manifests("istio", p.CERTIFICATE, IN_CLEAR)


def test_a_definition_finds_a_name_that_no_field_has() -> None:
    (route, *_) = manifests("gateway-api", p.PLAIN)
    route["spec"]["rules"][0]["filters"][0]["externalAuth"]["protocols"] = "GRPC"
    assert "protocols" in faults(route)[0]
    route["spec"]["rules"][0]["filters"][0]["externalAuth"] = {"protocol": "HTTP/3"}
    assert len(faults(route)) == 2


@pytest.mark.parametrize("target", ["gateway-api", "istio"])
def test_a_secret_that_cannot_be_said_is_refused(target: str) -> None:
    with pytest.raises(SnippetImpossible, match="network_alone"):
        manifests(target, p.SECRET)


def test_the_object_with_the_access_log_is_what_its_definition_asks_for() -> None:
    assert faults(yaml.safe_load(LOGS["envoy-gateway"]())) == []
