"""Who reaches which port, and what do the pods reach? Asked of the rules, not of their text."""

import pytest

from tests.helm.chart import SCENARIOS, Json, Rendered, rendered
from tests.helm.network import End, may_come_in, may_go_out, pod
from tests.helm.pods import templates

pytestmark = pytest.mark.wire

GUARDED = [name for name in SCENARIOS if name != "weakened"]
STRANGER = pod("shop", {"app": "anything"})
OUTSIDE = End(address="198.51.100.7")
PROMETHEUS = pod("monitoring", {"app.kubernetes.io/name": "prometheus"})
DNS = pod("kube-system", {"k8s-app": "kube-dns"})
ISSUER = End(address="203.0.113.9")
CONTROLLERS = {
    "minimal": pod(
        "ingress-nginx",
        {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"},
    ),
    "traefik": pod("traefik", {"app.kubernetes.io/name": "traefik"}),
    "envoy-gateway": pod(
        "envoy-gateway-system",
        {
            "app.kubernetes.io/name": "envoy",
            "app.kubernetes.io/component": "proxy",
            "app.kubernetes.io/managed-by": "envoy-gateway",
        },
    ),
    "gateway-api": pod("gateways", {"gateway.networking.k8s.io/gateway-name": "public"}),
    "extended": pod("istio-system", {"istio": "ingressgateway"}),
    "scaled": pod("projectcontour", {"app": "envoy"}),
    "existing": End(address="192.0.2.44"),
}


def server(release: Rendered) -> Json:
    labels: Json = release.deployment["spec"]["template"]["metadata"]["labels"]
    return labels


def ports(release: Rendered) -> set[str]:
    return {port["name"] for port in release.container["ports"]}


@pytest.mark.parametrize("scenario", GUARDED)
def test_no_stranger_asks_and_none_reads_metrics(scenario: str) -> None:
    release = rendered(scenario)
    for port in ports(release) & {"decision", "grpc", "admin"}:
        for stranger in (STRANGER, OUTSIDE, pod("token-gateway", {"app": "beside"})):
            assert not may_come_in(release, server(release), port, stranger), port


@pytest.mark.parametrize("scenario", CONTROLLERS)
def test_the_controller_asks_and_only_asks(scenario: str) -> None:
    release, controller = rendered(scenario), CONTROLLERS[scenario]
    for port in ports(release) & {"decision", "grpc"}:
        assert may_come_in(release, server(release), port, controller), port
    assert not may_come_in(release, server(release), "admin", controller)
    if controller.namespace:
        assert not may_come_in(release, server(release), "decision", pod(controller.namespace))
        assert not may_come_in(release, server(release), "decision", pod("shop", dict(controller.labels)))


@pytest.mark.parametrize("scenario", ["edge", "edge-dev"])
def test_without_a_controller_nobody_asks_and_everybody_comes_in_at_the_edge(scenario: str) -> None:
    release = rendered(scenario)
    for who in (*CONTROLLERS.values(), STRANGER, OUTSIDE):
        assert not may_come_in(release, server(release), "decision", who)
        assert may_come_in(release, server(release), "edge", who)


@pytest.mark.parametrize("scenario", GUARDED)
def test_backends_fetch_the_keys_and_prometheus_the_metrics(scenario: str) -> None:
    release = rendered(scenario)
    assert may_come_in(release, server(release), "keys", STRANGER)
    assert not may_come_in(release, server(release), "keys", OUTSIDE)
    assert may_come_in(release, server(release), "admin", PROMETHEUS)


def test_who_fetches_the_keys_can_be_narrowed() -> None:
    release = rendered("extended")
    assert not may_come_in(release, server(release), "keys", pod("billing"))
    assert may_come_in(release, server(release), "decision", pod("token-gateway", {"app": "prober"}))


@pytest.mark.parametrize("scenario", GUARDED)
def test_the_gateway_reaches_names_and_issuers_and_nothing_private(scenario: str) -> None:
    release = rendered(scenario)
    mine = server(release)
    assert may_go_out(release, mine, 53, DNS, "UDP")
    assert may_go_out(release, mine, 443, ISSUER)
    assert may_go_out(release, mine, 443, End(address="2001:db8::9"))
    assert not may_go_out(release, mine, 80, ISSUER)
    for private in ("10.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "fd00::1", "fe80::1"):
        assert not may_go_out(release, mine, 443, End(address=private)), private
        assert not may_go_out(release, mine, 6443, End(address=private)), private


def test_the_edge_reaches_its_backends_and_nothing_else() -> None:
    release = rendered("edge")
    assert may_go_out(release, server(release), 8080, pod("shop"))
    assert not may_go_out(release, server(release), 8080, pod("billing"))
    for scenario in GUARDED:
        if not scenario.startswith("edge"):
            assert not may_go_out(rendered(scenario), server(rendered(scenario)), 8080, pod("shop"))


@pytest.mark.parametrize("scenario", GUARDED)
def test_who_keeps_the_keys_is_reached_by_nobody_and_reaches_the_api_server(scenario: str) -> None:
    release = rendered(scenario)
    for name, template in templates(release).items():
        if name.startswith("Deployment/"):
            continue
        labels = template["metadata"]["labels"]
        assert not may_come_in(release, labels, "decision", STRANGER)
        assert may_go_out(release, labels, 53, DNS, "UDP")
        assert may_go_out(release, labels, 6443, End(address="192.0.2.10"))
        assert not may_go_out(release, labels, 8080, pod("shop"))
        for service in release.of_kind("Service"):
            assert not service["spec"]["selector"].items() <= labels.items()


def test_the_api_server_can_be_named() -> None:
    release = rendered("extended")
    (labels,) = (one["metadata"]["labels"] for name, one in templates(release).items() if "CronJob" in name)
    assert not may_go_out(release, labels, 6443, End(address="198.51.100.1"))


def test_without_policies_everything_is_open() -> None:
    release = rendered("weakened")
    assert release.of_kind("NetworkPolicy") == []
    assert may_come_in(release, server(release), "admin", OUTSIDE)
