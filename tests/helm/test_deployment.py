"""Are the pods found, probed, spread and drained, and replaced only where they must be?"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.app.parts import DRAIN_S
from gateway.config.attempt import attempt
from gateway.config.problem import ConfigError
from gateway.config.world import World
from tests.helm.chart import SCENARIOS, Rendered, install, rendered
from tests.helm.kubelet import Files, settle
from tests.helm.pods import specs, templates
from tests.tls.authority import Authority
from tests.wire.components import REPOSITORY

pytestmark = pytest.mark.wire
each = pytest.mark.parametrize("scenario", SCENARIOS)

SUFFIXES = {"decision": "", "grpc": "-grpc", "keys": "-keys", "edge": "-edge", "admin": "-metrics"}


@each
def test_a_service_for_each_listener_leads_to_its_port(scenario: str) -> None:
    release = rendered(scenario)
    labels = release.deployment["spec"]["template"]["metadata"]["labels"]
    name = release.deployment["metadata"]["name"]
    ports = {port["name"] for port in release.container["ports"]}
    for service in release.of_kind("Service"):
        (port,) = service["spec"]["ports"]
        assert port["targetPort"] == port["name"]
        assert port["name"] in ports
        assert service["metadata"]["name"] == name + SUFFIXES[port["name"]]
        assert service["spec"]["selector"].items() <= labels.items()


@each
def test_the_gateway_listens_where_the_manifests_say(scenario: str) -> None:
    release = rendered(scenario)
    if scenario == "existing":
        return
    listeners = release.config()["listeners"]
    assert {port["name"]: port["containerPort"] for port in release.container["ports"]} == {
        name: one["port"] for name, one in listeners.items()
    }
    assert {one["host"] for one in listeners.values()} <= {"0.0.0.0", "::"}


@each
def test_backends_find_the_keys_where_the_tokens_say_they_are(scenario: str) -> None:
    release = rendered(scenario)
    if scenario == "existing":
        return
    keys = release.named("Service", f"{release.deployment['metadata']['name']}-keys")
    host = f"{keys['metadata']['name']}.{keys['metadata']['namespace']}.svc"
    uri = f"http://{host}:{keys['spec']['ports'][0]['port']}/.well-known/jwks.json"
    assert release.config()["downstream"]["jwks_uri"] == uri


@each
def test_it_is_probed_and_has_the_time_to_drain(scenario: str) -> None:
    release = rendered(scenario)
    container = release.container
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "admin"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "admin"}
    sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep + DRAIN_S < release.pod["terminationGracePeriodSeconds"]
    assert container["args"][:5] == [
        "serve",
        "--config",
        "/etc/token-gateway/config/gateway.yaml",
        "--workers",
        "1",
    ]
    assert set(container["resources"]) == {"requests", "limits"}
    assert "cpu" not in container["resources"]["limits"], "it would stop a pod in the middle of a decision"


def test_it_runs_the_images_own_command_as_the_images_own_user() -> None:
    lines = (REPOSITORY / "Dockerfile").read_text().splitlines()
    (entry,) = (line.removeprefix("ENTRYPOINT ") for line in lines if line.startswith("ENTRYPOINT "))
    assert json.loads(entry) == ["/usr/local/bin/gateway"]
    assert "command" not in rendered("minimal").container
    whole = rendered("minimal").pod["securityContext"]
    assert f"USER {whole['runAsUser']}:{whole['runAsGroup']}" in lines


def test_there_are_two_spread_softly_and_none_goes_before_another_is_there() -> None:
    release = rendered("minimal")
    spec = release.deployment["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    spread = release.pod["topologySpreadConstraints"]
    assert {one["topologyKey"] for one in spread} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    labels = spec["template"]["metadata"]["labels"]
    for one in spread:
        assert one["whenUnsatisfiable"] == "ScheduleAnyway"
        assert one["labelSelector"]["matchLabels"].items() <= labels.items()
    (budget,) = release.of_kind("PodDisruptionBudget")
    assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_one_alone_can_be_drained_and_many_are_scaled() -> None:
    assert rendered("edge-dev").of_kind("PodDisruptionBudget") == []
    scaled = rendered("scaled")
    assert "replicas" not in scaled.deployment["spec"], "the autoscaler's, and no upgrade resets it"
    (scaler,) = scaled.of_kind("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] == scaled.deployment["metadata"]["name"]
    assert scaled.of_kind("PodDisruptionBudget")


@each
def test_pods_of_the_gateway_are_no_others(scenario: str) -> None:
    release = rendered(scenario)
    selector = release.deployment["spec"]["selector"]["matchLabels"]
    for name, template in templates(release).items():
        assert (selector.items() <= template["metadata"]["labels"].items()) is name.startswith("Deployment/")


@each
def test_every_mount_has_its_volume_and_every_volume_is_there(scenario: str) -> None:
    pod, container = rendered(scenario).pod, rendered(scenario).container
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
    assert len(volumes) == len(pod["volumes"])


def test_pods_wait_for_a_certificate() -> None:
    (tls,) = (volume for volume in rendered("minimal").pod["volumes"] if volume["name"] == "tls-decision")
    assert [one["key"] for one in tls["secret"]["items"]] == ["tls.crt", "tls.key", "ca.crt"]
    assert "optional" not in tls["secret"]


@each
def test_no_pod_has_the_authoritys_key(scenario: str) -> None:
    for spec in specs(rendered(scenario)).values():
        assert "certificate-ca" not in str(spec.get("volumes", []))


def test_pods_wait_for_a_first_key() -> None:
    (keys,) = (volume for volume in rendered("minimal").pod["volumes"] if volume["name"] == "keys")
    needed, whole = keys["projected"]["sources"]
    assert needed["secret"]["items"] == [{"key": "keys.json", "path": "keys.json"}]
    assert "optional" not in needed["secret"]
    assert whole == {"secret": {"name": needed["secret"]["name"]}}


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an issuer": {"config": {"issuers": {"corp": {"audiences": ["https://other.example.com"]}}}},
    "a policy": {"policies": {"shop": {"orders": {"hosts": ["other.example.com"]}}}},
    "records": {"config": {"audit": {"sample_allowed": 0.5}}},
    "how long browsers come by https": {"listeners": {"edge": {"config": {"hsts": "7d"}}}},
    "how large a body may be": {"listeners": {"edge": {"config": {"max_body": "2MiB"}}}},
    "requests of one client": {"listeners": {"edge": {"config": {"requests_per_client": 7}}}},
    "connections": {"listeners": {"edge": {"config": {"max_connections": 7}}}},
    "who tells of clients": {"listeners": {"edge": {"config": {"trusted_proxies": ["10.0.0.0/16"]}}}},
    "an address": {"listeners": {"host": "::"}},
    "a port": {"listeners": {"keys": {"port": 8082}}},
    "an algorithm": {"keys": {"algorithm": "EdDSA"}},
    "TLS": {"listeners": {"decision": {"tls": {"enabled": False}}}},
    "how long a certificate lives": {"certificates": {"days": 30}},
}


PAIR = Authority().serving("api.example.com")


@pytest.mark.parametrize("change", CHANGES)
def test_pods_are_replaced_exactly_for_what_a_gateway_cannot_change_while_it_runs(
    change: str, tmp_path: Path
) -> None:
    """Asked of the gateway itself: which of the two files would it take on?"""
    file = tmp_path / "change.yaml"
    file.write_text(yaml.safe_dump(CHANGES[change]))
    before, after = rendered("edge"), install(SCENARIOS["edge"], file)
    running = attempt(_laid(before, tmp_path)).outcome
    assert isinstance(running, World), running
    refused = isinstance(attempt(_laid(after, tmp_path), running=running).outcome, ConfigError)
    replaced = before.deployment["spec"]["template"] != after.deployment["spec"]["template"]
    assert replaced is refused


def _laid(release: Rendered, directory: Path) -> Path:
    tls = {"tls.crt": PAIR.chain, "tls.key": PAIR.key}
    given: dict[str, Files] = {
        "token-gateway-keys": {"keys.json": b"{}"},
        "api-example-com": tls,
        "token-gateway-certificate": {**tls, "ca.crt": b""},
    }
    return settle(release, directory, given)
